#include "study/study_results.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "campaign/fault_scope.h"
#include "common/number_text.h"
#include "common/text_list.h"
#include "study/result_rows.h"
#include "study/study_contents.h"
#include "study/study_errors.h"
#include "study/tuning_rows.h"

namespace clipscope {

namespace {

// How many trials a point has, which costs a fraction of reading them.
class TrialCounts {
public:
    explicit TrialCounts(Database& database) : rows_(database, "SELECT count(*) FROM trial WHERE point = ?") {}

    std::int64_t of(std::int64_t point) {
        rows_.bind(1, point).next();
        const std::int64_t count = rows_.integer(0);
        rows_.reset();
        return count;
    }

private:
    Rows rows_;
};

PointAxis read_campaign_axis(const Study& study, JobId job) {
    return study.database().guarded([&] { return read_campaign(study.database(), job).axis; });
}

}  // namespace

SummaryReader::SummaryReader(const Study& study, JobId job) : study_(study), job_(job) {}

CampaignSummary SummaryReader::read() {
    Database& database = study_.database();
    return database.guarded([&] {
        CampaignSummary summary;
        summary.info = read_campaign(database, job_);
        TrialRows rows(database);
        TrialCounts counts(database);
        std::vector<TrialOutcome> trials;
        for (const StoredCurve& curve : read_stored_curves(database, job_)) {
            CurveSummary one{curve.info, {}};
            for (const StoredPoint& point : curve.points) {
                auto known = known_.find(point.id);
                if (known == known_.end() || known->second.trials != counts.of(point.id)) {
                    trials.clear();
                    rows.read(point.id, curve.info.clean.images, [&](int, const TrialOutcome& outcome) { trials.push_back(outcome); });
                    if (trials.empty()) continue;
                    known = known_.insert_or_assign(point.id, curve_point(point.rate, trials, curve.info, summary.info)).first;
                }
                one.points.push_back(known->second);
            }
            summary.curves.push_back(std::move(one));
        }
        return summary;
    });
}

CampaignSummary read_summary(const Study& study, JobId job) {
    return SummaryReader(study, job).read();
}

JobProgress read_progress(const Study& study, JobId job) {
    Database& database = study.database();
    return database.guarded([&] {
        JobProgress progress;
        TrialCounts counts(database);
        const CampaignInfo info = read_campaign(database, job);
        for (const StoredCurve& curve : read_stored_curves(database, job)) {
            progress.total += std::int64_t(curve.points.size()) * info.trials;
            for (const StoredPoint& point : curve.points) progress.done += counts.of(point.id);
        }
        if (progress.total > 0) return progress;
        Rows rows(database, "SELECT count(*) FROM tuning WHERE job = ?");
        rows.bind(1, job).next();
        return JobProgress{rows.integer(0), 0};
    });
}

CampaignResult read_curves(const Study& study, JobId job) {
    const JobRecord record = study.job(job);
    return study.database().guarded([&] {
        CampaignResult result;
        result.kind = to_string(record.settings.kind == JobKind::compare ? JobKind::compare : JobKind::sensitivity);
        result.auc_axis = record.settings.auc_axis;
        CampaignInfo& info = result.curves.info;
        info = read_campaign(study.database(), job);
        TrialRows rows(study.database());
        for (const StoredCurve& curve : read_stored_curves(study.database(), job)) {
            AccuracyCurve one{curve.info, std::vector<std::map<int, TrialOutcome>>(info.rates.size())};
            for (const StoredPoint& point : curve.points) {
                const auto place = std::lower_bound(info.rates.begin(), info.rates.end(), point.rate) - info.rates.begin();
                std::map<int, TrialOutcome>& trials = one.trials.at(std::size_t(place));
                rows.read(point.id, curve.info.clean.images,
                          [&](int number, const TrialOutcome& outcome) { trials.emplace_hint(trials.end(), number, outcome); });
            }
            result.curves.curves.push_back(std::move(one));
        }
        return result;
    });
}

std::map<int, TrialOutcome> read_trials(const Study& study, JobId job, const std::string& layer, Protection protection, double rate) {
    return study.database().guarded([&] {
        std::map<int, TrialOutcome> trials;
        TrialRows rows(study.database());
        for (const StoredCurve& curve : read_stored_curves(study.database(), job)) {
            if (curve.info.layer != layer || curve.info.protection != protection) continue;
            for (const StoredPoint& point : curve.points)
                if (point.rate == rate)
                    rows.read(point.id, curve.info.clean.images,
                              [&](int number, const TrialOutcome& outcome) { trials.emplace(number, outcome); });
        }
        return trials;
    });
}

void replay_tuning(const Study& study, JobId job, const EventSink& sink) {
    study.database().guarded([&] {
        SQLite::Statement rows(study.database().sql(), "SELECT kind, item, value, row_check FROM tuning WHERE job = ? ORDER BY sequence");
        rows.bind(1, job);
        TuningRowReader reader(study.path());
        while (rows.executeStep()) {
            const TuningRow row{rows.getColumn(0).getString(), rows.getColumn(1).getString(), rows.getColumn(2).getString()};
            if (row_check(row.value) != rows.getColumn(3).getInt()) throw_damaged_row(study.path(), row.kind + " " + row.item);
            sink(reader.event(row));
        }
    });
}

TuningResult read_tuning(const Study& study, JobId job) {
    TuningResult result;
    replay_tuning(study, job, [&](const Event& event) { apply(event, result); });
    return result;
}

std::vector<LayerAudit> read_audit(const Study& study, JobId job) {
    return study.database().guarded([&] {
        std::vector<LayerAudit> audit;
        SQLite::Statement rows(study.database().sql(), "SELECT layer, bit, asked, changed FROM audit WHERE job = ? ORDER BY layer, bit");
        rows.bind(1, job);
        while (rows.executeStep()) {
            const std::string layer = rows.getColumn(0).getString();
            if (audit.empty() || audit.back().layer != layer) audit.push_back({layer, {}, {}});
            const auto bit = std::size_t(rows.getColumn(1).getInt64());
            if (bit >= LayerInjection::bit_positions) throw_damaged_row(study.path(), "audit " + layer);
            audit.back().asked[bit] = rows.getColumn(2).getInt64();
            audit.back().changed[bit] = rows.getColumn(3).getInt64();
        }
        return audit;
    });
}

std::vector<std::string> layers_without_faults(const Study& study, JobId job) {
    // Only jobs over fault rates count what they inject.
    if (read_campaign_axis(study, job) != PointAxis::fault_rate) return {};
    const std::vector<LayerAudit> audit = read_audit(study, job);
    std::vector<std::string> layers;
    for (const StoredCurve& curve : study.database().guarded([&] { return read_stored_curves(study.database(), job); })) {
        for (const std::string& layer : split_list(curve.info.layer, '+')) {
            const bool is_hit = std::any_of(audit.begin(), audit.end(), [&](const LayerAudit& one) { return one.layer == layer; });
            const bool is_new = std::find(layers.begin(), layers.end(), layer) == layers.end();
            if (!is_hit && is_new && !is_scope_group(layer)) layers.push_back(layer);
        }
    }
    return layers;
}

}  // namespace clipscope
