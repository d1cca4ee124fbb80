#include "evaluation/image_answers.h"

#include <cmath>

#include "common/error.h"
#include "common/number_text.h"

namespace clipscope {
namespace {

// The softmax of one class; 0 where a logit is not finite.
double probability_of(std::int32_t which, std::span<const float> logits) {
    const Answer answer = answer_of(logits);
    if (answer.probability == 0) return 0;
    return answer.probability * std::exp(double(logits[std::size_t(which)]) - double(logits[std::size_t(answer.prediction)]));
}

bool is_right(const Answer& answer, bool is_finite, std::int32_t label, NonfiniteRule rule) {
    return answer.prediction == label && (is_finite || rule == NonfiniteRule::argmax);
}

}  // namespace

std::string to_string(AnswerChange change) {
    return change == AnswerChange::none ? "same" : change == AnswerChange::silent ? "sdc" : "due";
}

AnswerChange ImageAnswers::change() const {
    if (!is_finite_after) return AnswerChange::detectable;
    return before.prediction == after.prediction ? AnswerChange::none : AnswerChange::silent;
}

bool ImageAnswers::is_right_before(NonfiniteRule rule) const {
    return is_right(before, is_finite_before, label, rule);
}

bool ImageAnswers::is_right_after(NonfiniteRule rule) const {
    return is_right(after, is_finite_after, label, rule);
}

std::vector<ImageAnswers> image_answers(std::span<const std::int32_t> labels, std::span<const std::int64_t> numbers,
                                        std::span<const float> clean, std::span<const float> faulty) {
    if (labels.empty() || numbers.size() != labels.size() || clean.size() != faulty.size() || clean.size() % labels.size() != 0)
        throw Error("The logits of a trial are not those of its " + std::to_string(labels.size()) + " images.");
    const std::size_t classes = clean.size() / labels.size();
    std::vector<ImageAnswers> images;
    for (std::size_t i = 0; i < labels.size(); ++i) {
        const std::span<const float> before = clean.subspan(i * classes, classes), after = faulty.subspan(i * classes, classes);
        ImageAnswers one{
            .image = numbers[i], .place = std::int64_t(i), .label = labels[i], .before = answer_of(before), .after = answer_of(after)};
        one.kept = probability_of(one.before.prediction, after);
        one.is_finite_before = judge(before, labels[i]).is_finite;
        one.is_finite_after = judge(after, labels[i]).is_finite;
        images.push_back(one);
    }
    return images;
}

std::int32_t confusion_column(const ImageAnswers& image, bool with_faults, std::int32_t classes) {
    const bool is_finite = with_faults ? image.is_finite_after : image.is_finite_before;
    return is_finite ? (with_faults ? image.after : image.before).prediction : classes;
}

ConfusionCounts count_confusion(std::span<const ImageAnswers> images, bool with_faults, std::int32_t classes) {
    ConfusionCounts confusion{classes, std::vector<std::int32_t>(std::size_t(classes) * std::size_t(classes + 1), 0)};
    for (const ImageAnswers& image : images)
        ++confusion.counts.at(std::size_t(image.label * confusion.answers() + confusion_column(image, with_faults, classes)));
    return confusion;
}

std::string to_csv_lines(std::span<const ImageAnswers> images, const std::string& first_columns) {
    std::string text;
    for (const ImageAnswers& image : images) {
        text += first_columns + std::to_string(image.image) + ',' + std::to_string(image.label) + ',' +
                std::to_string(image.before.prediction) + ',' + std::to_string(image.after.prediction) + ',' +
                rounded_text(image.before.probability, 6) + ',' + rounded_text(image.after.probability, 6) + ',' +
                to_string(image.change()) + '\n';
    }
    return text;
}

}  // namespace clipscope
