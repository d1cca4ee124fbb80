#include "labs/lab_review.h"

#include <cmath>

namespace clipscope {
namespace {

bool is_right(const LabReply& reply, const LabReply& right, double within) {
    if (reply.index() != right.index()) return false;
    if (const auto* text = std::get_if<std::string>(&reply)) return *text == std::get<std::string>(right);
    const double number = std::get<double>(right);
    constexpr double of_reading = 1e-9;  // a number typed as it is shown
    return std::abs(std::get<double>(reply) - number) <= within + of_reading * std::abs(number);
}

}  // namespace

std::string to_string(AnswerVerdict verdict) {
    switch (verdict) {
        case AnswerVerdict::not_asked:
            return "";
        case AnswerVerdict::missing:
            return "missing";
        case AnswerVerdict::by_hand:
            return "to be read";
        case AnswerVerdict::unknown:
            return "not known";
        case AnswerVerdict::wrong:
            return "wrong";
        case AnswerVerdict::right:
            return "right";
    }
    return "";
}

StepReview review_step(const Lab& lab, const LabWork& work, LabResults& results, int step) {
    const LabStep& asked = lab.steps.at(std::size_t(step));
    const StepWork& done = work.steps.at(std::size_t(step));
    StepReview review{asked.title};
    review.missing = results.what_is_missing(step);
    review.is_done = review.missing.empty();
    review.has_begun = results.has_begun(step) || done.fault;
    if (asked.prediction && asked.prediction->value) review.measured = results.value(*asked.prediction->value, step);
    if (asked.answer) {
        if (const auto* value = std::get_if<LabValue>(&asked.answer->right))
            review.right = results.value(*value, step);
        else if (const auto* number = std::get_if<double>(&asked.answer->right))
            review.right = *number;
        else
            review.right = std::get<std::string>(asked.answer->right);
    }
    if (!asked.question) return review;
    if (!done.reply)
        review.verdict = AnswerVerdict::missing;
    else if (!asked.answer)
        review.verdict = AnswerVerdict::by_hand;
    else if (!review.right)
        review.verdict = AnswerVerdict::unknown;
    else
        review.verdict = is_right(*done.reply, *review.right, asked.answer->within) ? AnswerVerdict::right : AnswerVerdict::wrong;
    return review;
}

std::vector<StepReview> review(const Lab& lab, const LabWork& work, LabResults& results) {
    std::vector<StepReview> steps;
    for (int step = 0; step < int(lab.steps.size()); ++step) steps.push_back(review_step(lab, work, results, step));
    return steps;
}

bool is_complete(const LabStep& step, const StepWork& work, const StepReview& review) {
    return review.is_done && (!step.prediction || work.prediction) && (!step.question || work.reply);
}

}  // namespace clipscope
