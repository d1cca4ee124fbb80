#include "search_presenter.h"

#include "common/error.h"
#include "controls/search_pane.h"
#include "laboratory.h"
#include "theme/number_text.h"

namespace clipscope {

SearchPresenter::SearchPresenter(Laboratory& laboratory, SearchPane& pane, QObject* parent)
    : QObject(parent), laboratory_(laboratory), pane_(pane) {
    connect(&controller_, &JobController::progressed, this, &SearchPresenter::show_progress);
    connect(&controller_, &JobController::finished, this, &SearchPresenter::finished);
    connect(&controller_, &JobController::failed, this, [this](const QString& text) {
        give_up();
        emit failed(text);
    });
    connect(&pane_, &SearchPane::stop_requested, this, &SearchPresenter::stop);
    // What is found would be about another network than the one in sight.
    connect(&laboratory_, &Laboratory::model_changed, this, [this] {
        if (!running()) return;
        emit told(tr("%1: given up, another model was opened").arg(search_.title));
        controller_.discard();
        give_up();
    });
}

void SearchPresenter::run() {
    if (running()) {
        emit told(tr("%1 is under way: stop it before another one begins").arg(search_.title));
        emit began();
        return;
    }
    try {
        search_ = asked();
        round_.clear();
        clock_.start();
        round_clock_.start();
        controller_.start(search_.work);
        pane_.start(search_.title);
        emit told(search_.title);
        emit began();
        emit state_changed();
    } catch (const Error& error) {
        emit failed(QString::fromUtf8(error.what()));
    }
}

void SearchPresenter::stop() {
    controller_.stop();
}

QString SearchPresenter::running_title() const {
    return running() ? search_.title : QString();
}

void SearchPresenter::show_progress(const Progress& progress) {
    if (search_.has_rounds && progress.activity != round_) {
        round_ = progress.activity;
        round_clock_.start();
        pane_.set_activity(QString::fromStdString(round_));
    }
    const double fraction = progress.total > 0 ? double(progress.done) / double(progress.total) : 0;
    constexpr double enough = 0.03;  // to tell from
    const double passed = double((search_.has_rounds ? round_clock_ : clock_).elapsed()) / 1000;
    pane_.set_progress(fraction, fraction >= enough ? tr("%1 left").arg(duration_text(passed * (1 - fraction) / fraction)) : QString());
}

void SearchPresenter::finished() {
    const Search search = std::exchange(search_, {});
    pane_.finish();
    if (search.show()) {
        emit told(tr("%1: done in %2. %3").arg(search.title, elapsed_text(double(clock_.elapsed()) / 1000), pane_.sentence()));
        emit found();
    } else {
        emit told(tr("%1: stopped before the answer was known").arg(search.title));
    }
    emit state_changed();
}

void SearchPresenter::give_up() {
    search_ = {};
    pane_.finish();
    emit state_changed();
}

std::function<void(std::int64_t, std::int64_t, const std::string&)> progress_to(const EventSink& sink) {
    return [&sink](std::int64_t done, std::int64_t total, const std::string& activity) { sink(Progress{done, total, -1, activity}); };
}

}  // namespace clipscope
