#include "protect_first_presenter.h"

#include "common/error.h"
#include "controls/harden_panel.h"
#include "controls/protect_first_pane.h"
#include "laboratory.h"
#include "method_request.h"
#include "plots/accuracy_view.h"
#include "result_presenter.h"
#include "theme/number_text.h"

namespace clipscope {
namespace {

QString title_of(const ProtectFirstSettings& settings) {
    const QString rate = rate_label(settings.rate);
    return settings.protection.empty()
               ? QObject::tr("Protect first: bit positions, tripled, at %1").arg(rate)
               : QObject::tr("Protect first: layers by %1 at %2").arg(QString::fromStdString(settings.protection), rate);
}

}  // namespace

ProtectFirstPresenter::ProtectFirstPresenter(Laboratory& laboratory, ResultPresenter& results, const HardenPanel& form,
                                             ProtectFirstPane& pane, QObject* parent)
    : QObject(parent), laboratory_(laboratory), results_(results), form_(form), pane_(pane) {
    connect(&controller_, &JobController::progressed, this, &ProtectFirstPresenter::show_progress);
    connect(&controller_, &JobController::finished, this, &ProtectFirstPresenter::finished);
    connect(&controller_, &JobController::failed, this, [this](const QString& text) {
        give_up();
        emit failed(text);
    });
    connect(&pane_, &ProtectFirstPane::stop_requested, this, &ProtectFirstPresenter::stop);
    connect(&pane_, &ProtectFirstPane::duel_requested, this, &ProtectFirstPresenter::duel_wanted);
    // What is found would be about another network than the one in sight.
    connect(&laboratory_, &Laboratory::model_changed, this, [this] {
        if (!running()) return;
        emit told(tr("%1: given up, another model was opened").arg(title_));
        controller_.discard();
        give_up();
    });
}

void ProtectFirstPresenter::run() {
    if (running()) {
        emit told(tr("%1 is under way: stop it before another one begins").arg(title_));
        emit began();
        return;
    }
    try {
        const HardenForm form = form_.form();
        const ProtectFirstSettings settings = protect_first_settings(form);
        const JobInputs inputs = laboratory_.inputs(evaluation_selection(form), form.seed);
        title_ = title_of(settings);
        result_ = std::make_shared<std::optional<ProtectFirst>>();
        clock_.start();
        controller_.start([search = laboratory_.engine().protect_first, inputs, memory = protect_first_memory(form), settings,
                           result = result_](const EventSink& sink, std::stop_token stop) {
            const auto tell = [&sink](std::int64_t done, std::int64_t total, const std::string& activity) {
                sink(Progress{done, total, -1, activity});
            };
            *result = search(inputs, memory, settings, tell, std::move(stop));
        });
        pane_.start(title_);
        emit told(title_);
        emit began();
        emit state_changed();
    } catch (const Error& error) {
        emit failed(QString::fromUtf8(error.what()));
    }
}

void ProtectFirstPresenter::stop() {
    controller_.stop();
}

QString ProtectFirstPresenter::running_title() const {
    return running() ? title_ : QString();
}

void ProtectFirstPresenter::show_progress(const Progress& progress) {
    const double fraction = progress.total > 0 ? double(progress.done) / double(progress.total) : 0;
    constexpr double enough = 0.03;  // to tell from
    const double passed = double(clock_.elapsed()) / 1000;
    pane_.set_progress(fraction, fraction >= enough ? tr("%1 left").arg(duration_text(passed * (1 - fraction) / fraction)) : QString());
}

void ProtectFirstPresenter::finished(JobEnd) {
    const auto result = std::exchange(result_, nullptr);
    pane_.finish();
    if (*result) {
        results_.show_protect_first(**result);
        emit told(tr("%1: done in %2. %3").arg(title_, elapsed_text(double(clock_.elapsed()) / 1000), pane_.sentence()));
        emit found();
    } else {
        emit told(tr("%1: stopped before the order was known").arg(title_));
    }
    emit state_changed();
}

void ProtectFirstPresenter::give_up() {
    result_.reset();
    pane_.finish();
    emit state_changed();
}

}  // namespace clipscope
