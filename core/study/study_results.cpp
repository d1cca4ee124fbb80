#include "study/study_results.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "campaign/fault_scope.h"
#include "campaign/sampled_json.h"
#include "common/number_text.h"
#include "common/text_list.h"
#include "study/listed_trials.h"
#include "study/result_rows.h"
#include "study/study_contents.h"
#include "study/study_errors.h"
#include "study/tuning_rows.h"

namespace clipscope {

namespace {

// How many trials a point has, which costs a fraction of reading them.
class TrialCounts {
public:
    explicit TrialCounts(Database& database) : rows_(database, "SELECT count(*) FROM trial WHERE point = ?") {
        if (database.sql().tableExists("sample")) samples_.emplace(database, "SELECT count(*) FROM sample WHERE point = ?");
    }

    // Whole trials that are among the sampled ones count once.
    std::int64_t of(std::int64_t point) {
        const std::int64_t sampled = samples_ ? count(*samples_, point) : 0;
        return sampled > 0 ? sampled : count(rows_, point);
    }

private:
    static std::int64_t count(Rows& rows, std::int64_t point) {
        rows.bind(1, point).next();
        const std::int64_t count = rows.integer(0);
        rows.reset();
        return count;
    }

    Rows rows_;
    std::optional<Rows> samples_;
};

// As result_json.h knows it.
std::string kind_of_curves(const JobSettings& settings) {
    return settings.kind->compares_protections ? kind_name(settings) : "sensitivity";
}

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
        if (summary.info.precision) summary.pilot = read_pilot(study_, job_);
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
                    const auto sampled = summary.info.precision ? read_sampled_point(database, point.id) : std::nullopt;
                    if (trials.empty() && (!sampled || sampled->empty())) continue;
                    CurvePoint now = curve_point(point.rate, trials, curve.info, summary.info);
                    if (sampled && !sampled->empty()) add_samples(*sampled, curve.info, summary.info, now);
                    known = known_.insert_or_assign(point.id, now).first;
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
    if (const JobSettings settings = study.job(job).settings; settings.kind->is_listed())
        return {count_listed_results(study, job), settings.list.trials};
    Database& database = study.database();
    return database.guarded([&] {
        JobProgress progress;
        TrialCounts counts(database);
        const CampaignInfo info = read_campaign(database, job);
        for (const StoredCurve& curve : read_stored_curves(database, job)) {
            // With a precision nobody knows how many it will be.
            if (!info.precision) progress.total += std::int64_t(curve.points.size()) * info.trials;
            for (const StoredPoint& point : curve.points) progress.done += counts.of(point.id);
        }
        if (progress.total > 0 || info.precision) return progress;
        Rows rows(database, "SELECT count(*) FROM tuning WHERE job = ?");
        rows.bind(1, job).next();
        return JobProgress{rows.integer(0), 0};
    });
}

CampaignResult read_curves(const Study& study, JobId job) {
    const JobRecord record = study.job(job);
    return study.database().guarded([&] {
        CampaignResult result;
        result.kind = kind_of_curves(record.settings);
        result.auc_axis = record.settings.auc_axis;
        CampaignInfo& info = result.curves.info;
        info = read_campaign(study.database(), job);
        if (info.precision) result.curves.pilot = read_pilot(study, job);
        TrialRows rows(study.database());
        for (const StoredCurve& curve : read_stored_curves(study.database(), job)) {
            AccuracyCurve one{curve.info, std::vector<std::map<int, TrialOutcome>>(info.rates.size()), {}};
            if (info.precision) one.sampled.resize(info.rates.size());
            for (const StoredPoint& point : curve.points) {
                const auto place = std::lower_bound(info.rates.begin(), info.rates.end(), point.rate) - info.rates.begin();
                std::map<int, TrialOutcome>& trials = one.trials.at(std::size_t(place));
                rows.read(point.id, curve.info.clean.images,
                          [&](int number, const TrialOutcome& outcome) { trials.emplace_hint(trials.end(), number, outcome); });
                if (!info.precision) continue;
                if (auto sampled = read_sampled_point(study.database(), point.id)) one.sampled[std::size_t(place)] = std::move(*sampled);
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

std::optional<SampledPoint> read_samples(const Study& study, JobId job, const std::string& layer, Protection protection, double rate) {
    return study.database().guarded([&]() -> std::optional<SampledPoint> {
        for (const StoredCurve& curve : read_stored_curves(study.database(), job)) {
            if (curve.info.layer != layer || curve.info.protection != protection) continue;
            for (const StoredPoint& point : curve.points)
                if (point.rate == rate) return read_sampled_point(study.database(), point.id);
        }
        return std::nullopt;
    });
}

BitPilot read_pilot(const Study& study, JobId job) {
    return study.database().guarded([&]() -> BitPilot {
        SQLite::Statement row(study.database().sql(), "SELECT value, row_check FROM tuning WHERE job = ? AND kind = 'pilot'");
        row.bind(1, job);
        if (!row.executeStep()) return {};
        const std::string text = row.getColumn(0).getString();
        if (row_check(text) != row.getColumn(1).getInt()) throw_damaged_row(study.path(), "pilot");
        try {
            return read_pilot(nlohmann::ordered_json::parse(text));
        } catch (const std::exception&) {
            throw_damaged_row(study.path(), "pilot");
        }
    });
}

BitPilot find_pilot(const Study& study, JobId job) {
    const JobRecord asking = study.job(job);
    BitPilot found;
    for (const JobRecord& other : study.jobs()) {
        if (!other.model || !other.images || !asking.model || !asking.images) continue;
        const bool is_same = other.model->sha256 == asking.model->sha256 && other.images->sha256 == asking.images->sha256 &&
                             other.settings.memory == asking.settings.memory && other.settings.exact == asking.settings.exact;
        if (!is_same) continue;
        BitPilot more = read_pilot(study, other.id);
        std::erase_if(more.cells, [&](const PilotCell& cell) {
            return std::any_of(found.cells.begin(), found.cells.end(), [&](const PilotCell& known) { return known.layer == cell.layer; });
        });
        if (!more.cells.empty()) found = joined(found, more);
    }
    return found;
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
