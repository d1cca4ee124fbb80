// What the panel of labs shows of a step.
#include "common/number_text.h"
#include "lab_presenter.h"

namespace clipscope {
namespace {

QString text_of(const LabReply& reply, const LabQuestion& question) {
    return QString::fromStdString(reply_text(reply, question));
}

// As it stands in the field.
QString typed_text(const std::optional<LabReply>& reply) {
    if (!reply) return {};
    if (const double* number = std::get_if<double>(&*reply)) return QString::fromStdString(number_text(*number));
    return QString::fromStdString(std::get<std::string>(*reply));
}

QuestionView question_view(const LabQuestion& question, const std::optional<LabReply>& reply) {
    QuestionView view;
    view.kind = question.kind == LabQuestion::Kind::choice   ? QuestionView::Kind::choice
                : question.kind == LabQuestion::Kind::number ? QuestionView::Kind::number
                                                             : QuestionView::Kind::text;
    view.ask = QString::fromStdString(question.ask);
    for (const std::string& option : question.options) view.options << QString::fromStdString(option);
    view.unit = QString::fromStdString(question.unit);
    view.reply = typed_text(reply);
    return view;
}

// The right answer is told after the second one that is wrong.
QString feedback(const LabStep& step, const StepWork& work, const StepReview& review) {
    constexpr int tries = 2;
    const QString why = step.answer ? QString::fromStdString(step.answer->why) : QString();
    switch (review.verdict) {
        case AnswerVerdict::not_asked:
        case AnswerVerdict::missing:
            return {};
        case AnswerVerdict::by_hand:
            return LabPresenter::tr("Noted.");
        case AnswerVerdict::unknown:
            return LabPresenter::tr("Noted; it can be judged when the work is done.");
        case AnswerVerdict::right:
            return LabPresenter::tr("**Right.** %1").arg(why);
        case AnswerVerdict::wrong:
            break;
    }
    if (work.replies < tries) return LabPresenter::tr("**Not right.** Look again: the answer can be changed.");
    return LabPresenter::tr("**Not right:** %1. %2").arg(text_of(*review.right, *step.question), why);
}

QString measured_text(const LabStep& step, const StepWork& work, const StepReview& review) {
    if (!review.measured) return {};
    const LabQuestion& question = step.prediction->question;
    const QString measured = LabPresenter::tr("Measured: **%1**").arg(text_of(*review.measured, question));
    if (!work.prediction) return measured;
    return LabPresenter::tr("%1; you predicted %2").arg(measured, text_of(*work.prediction, question));
}

QString state_text(const LabStep& step, const StepWork& work, const StepReview& review, bool is_running) {
    if (!step.job && !step.fault) return {};
    if (review.is_done) return step.job ? LabPresenter::tr("✓ The job is done.") : LabPresenter::tr("✓ You have looked at it.");
    if (is_running) return LabPresenter::tr("The job runs…");
    if (step.prediction && !work.prediction) return LabPresenter::tr("Note your prediction first; then the button is free.");
    return QString::fromStdString(review.missing);
}

}  // namespace

LabView lab_view(const Lab& lab, const LabWork& work, const std::vector<StepReview>& reviews, const LabState& state) {
    const auto place = std::size_t(work.step);
    const LabStep& step = lab.steps.at(place);
    const StepWork& done = work.steps.at(place);
    const StepReview& review = reviews.at(place);
    LabView view;
    view.title = QString::fromStdString(lab.title);
    view.student = LabPresenter::tr("%1 · seed %2").arg(QString::fromStdString(work.student)).arg(work.seed);
    for (std::size_t i = 0; i < lab.steps.size(); ++i) {
        view.steps << QString::fromStdString(lab.steps[i].title);
        view.complete.push_back(is_complete(lab.steps[i], work.steps[i], reviews[i]));
    }
    view.step = work.step;
    view.text = QStringLiteral("### %1\n\n").arg(view.steps[work.step]) + QString::fromStdString(step.text);
    view.has_prediction = step.prediction.has_value();
    if (step.prediction) {
        view.prediction = question_view(step.prediction->question, done.prediction);
        view.prediction.key = QString::fromStdString(work.student + "\n" + step.title);
        view.prediction.is_open = !done.prediction || (!review.has_begun && !state.is_running);
        if (done.was_predicted_late) view.prediction.feedback = LabPresenter::tr("Noted after the result could be seen.");
    }
    if (step.job) {
        view.action = LabPresenter::tr("Put it into the form");
        view.action_tip = LabPresenter::tr("Sets layers, rates, trials, images and your seed as this step needs them; Run (F5) begins");
    } else if (step.fault) {
        view.action = LabPresenter::tr("Look at this word");
        view.action_tip = LabPresenter::tr("Opens One fault closely with this number of the network; click its bits to flip them");
    }
    if (!state.is_ready && !view.action.isEmpty()) {
        view.action = LabPresenter::tr("Open the lab's network and images");
        view.action_tip = LabPresenter::tr("Others are open, or they could not be opened");
    }
    view.is_action_free = !state.is_opening && (!state.is_ready || !step.prediction || done.prediction);
    view.is_done = review.is_done;
    view.state = state.is_opening                   ? LabPresenter::tr("Opening network and images…")
                 : state.is_ready || review.is_done ? state_text(step, done, review, state.is_running)
                                                    : LabPresenter::tr("The lab's network and images are not open.");
    view.measured = measured_text(step, done, review);
    view.has_question = step.question.has_value();
    if (step.question) {
        view.question = question_view(*step.question, done.reply);
        view.question.key = QString::fromStdString(work.student + "\n" + step.title);
        view.question.is_open = review.is_done;
        view.question.feedback = feedback(step, done, review);
        if (!review.is_done) view.question.feedback = LabPresenter::tr("It can be answered when the work above is done.");
    }
    return view;
}

}  // namespace clipscope
