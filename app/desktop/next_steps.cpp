#include "next_steps.h"

#include <QSettings>

#include "controls/notice_bar.h"
#include "job_controller.h"
#include "job_presenter.h"

namespace clipscope {
namespace {

QString key(const char* name) {
    return QStringLiteral("next_steps/%1").arg(QLatin1String(name));
}

}  // namespace

NextSteps::NextSteps(const JobController& jobs, const JobPresenter& presenter, NoticeBar& bar, std::function<bool()> may_hint,
                     QObject* parent)
    : QObject(parent), bar_(bar), may_hint_(std::move(may_hint)) {
    // The presenter hears of a job's end first, and says which one it was.
    connect(&presenter, &JobPresenter::ended, this, [this](const JobSettings& settings) { ended_ = settings.kind; });
    connect(&presenter, &JobPresenter::began, &bar_, &QWidget::hide);
    connect(&jobs, &JobController::finished, this, [this](JobEnd end, double) {
        if (end == JobEnd::done && ended_) show_after(*ended_);
    });
    connect(&bar_, &NoticeBar::put_away, this, &NextSteps::put_away);
    connect(&bar_, &NoticeBar::action_requested, this, [this] {
        if (!shown_) return;
        const auto wanted = shown_->wanted;
        put_away();
        bar_.hide();
        emit(this->*wanted)();
    });
}

std::optional<NextSteps::Hint> NextSteps::hint_after(JobKind kind) {
    switch (kind->next_step) {
        case NextStep::harden:
            return Hint{"harden", tr("Which faults hurt is known now. Next: clip the activations, so that they do not spread."),
                        tr("Harden all sites"), tr("Algorithm 1 finds a threshold for every activation site, with the form's settings"),
                        &NextSteps::hardening_wanted};
        case NextStep::compare:
            return Hint{"compare",
                        tr("The thresholds are found. Next: the same faults without clipping, clipped at ACT_max, and at these."),
                        tr("Compare now"), tr("Measures all three on the evaluation images, trial by trial with the same faults"),
                        &NextSteps::comparison_wanted};
        case NextStep::save:
            return Hint{"save", tr("The hardened network can be taken along, as a file that runs without ClipScope."),
                        tr("Save hardened network…"), tr("It is opened again and compared before it counts as written"),
                        &NextSteps::saving_wanted};
        case NextStep::none:
            return std::nullopt;
    }
    return std::nullopt;
}

void NextSteps::show_after(JobKind kind) {
    const auto hint = hint_after(kind);
    if (!hint || !may_hint_() || QSettings().value(key(hint->name)).toBool()) return;
    shown_ = hint;
    bar_.set_action(hint->button, hint->tip);
    bar_.set_text(hint->text);
}

void NextSteps::put_away() {
    if (shown_) QSettings().setValue(key(shown_->name), true);
    shown_.reset();
}

}  // namespace clipscope
