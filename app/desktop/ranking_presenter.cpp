#include "ranking_presenter.h"

#include <QEvent>
#include <memory>

#include "laboratory.h"
#include "report/named_job.h"
#include "result_presenter.h"
#include "study/study_results.h"
#include "study_desk.h"
#include "tables/ranking_table.h"

namespace clipscope {
namespace {

constexpr int rest_ms = 2000;

// Of the study that the curves come from; nothing where it has no such job.
AccuracyCurves bits_of(const std::shared_ptr<Study>& study, JobId job, const std::string& created) {
    if (!study || job == 0) return {};
    for (const JobRecord& record : study->jobs()) {
        if (record.id != job || record.created != created) continue;
        if (const auto bits = bit_job_of(*study, record)) return read_curves(*study, bits->id).curves;
    }
    return {};
}

}  // namespace

RankingPresenter::RankingPresenter(ResultPresenter& results, Laboratory& laboratory, StudyDesk& desk, RankingTable& table, QObject* parent)
    : QObject(parent), results_(results), desk_(desk), table_(table) {
    next_.setSingleShot(true);
    next_.setInterval(rest_ms);
    connect(&next_, &QTimer::timeout, this, &RankingPresenter::look);
    connect(&results_, &ResultPresenter::changed, this, [this] {
        is_stale_ = true;
        if (!next_.isActive()) look();
    });
    connect(&table_, &RankingTable::layer_chosen, &laboratory, &Laboratory::select_layer);
    connect(&laboratory, &Laboratory::selection_changed, &table_,
            [this, &laboratory] { table_.select_layer(laboratory.selected_layer()); });
    table_.installEventFilter(this);
}

bool RankingPresenter::eventFilter(QObject* watched, QEvent* event) {
    if (event->type() == QEvent::Show) QMetaObject::invokeMethod(this, &RankingPresenter::look, Qt::QueuedConnection);
    return QObject::eventFilter(watched, event);
}

void RankingPresenter::look() {
    if (!is_stale_ || !table_.isVisible() || task_.running()) return;
    is_stale_ = false;
    rank();
    next_.start();
}

void RankingPresenter::rank() {
    const auto& shown = results_.shown_curves();
    const bool is_over_rates = !shown.empty() && shown.front().axis == PointAxis::fault_rate;
    if (!results_.has_curves() || !is_over_rates) return table_.set_ranking({});
    // Without its bit positions a ranking is one as well.
    const std::shared_ptr<Study> study = desk_.has_study() ? desk_.for_thread([](const QString&) {}) : nullptr;
    task_.start<Ranking>(
        [source = results_.curves_source(), study, job = shown.front().job, created = shown.front().created,
         axis = results_.auc_axis()](std::stop_token) { return rank_layers(source(), bits_of(study, job, created), axis); },
        [this](const Ranking& ranking) {
            table_.set_ranking(ranking);
            if (is_stale_ && !next_.isActive()) look();
        },
        [this](const QString& why) { emit failed(why); });
}

}  // namespace clipscope
