#include "study/campaign_rows.h"

#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "campaign/sampled_json.h"
#include "study/database.h"
#include "study/result_rows.h"
#include "study/study_errors.h"

namespace clipscope {

void throw_other_answers(const Study& study, JobId job) {
    throw StudyInputError("Without faults the network gives other answers here than when job " + std::to_string(job) + " of the study '" +
                          study.path() +
                          "' was begun (another processor, device or LibTorch): the new trials would not belong to the old ones, "
                          "so begin a new study.");
}

void CampaignRows::store(const CampaignInfo& info) {
    SQLite::Statement stored(study_.database().sql(), "UPDATE job SET campaign = ? WHERE id = ?");
    stored.bind(1, campaign_json(info));
    stored.bind(2, job_);
    stored.exec();
}

void CampaignRows::begin(const CampaignStarted& started, const CampaignInfo& stored) {
    curves_.assign(started.curves.size(), {});
    study_.database().transaction([&] {
        store(stored);
        for (std::size_t i = 0; i < curves_.size(); ++i) add_curve(started, i);
    });
}

void CampaignRows::add_curve(const CampaignStarted& started, std::size_t place) {
    Database& database = study_.database();
    const CurveInfo& info = started.curves[place];
    SQLite::Statement insert(database.sql(),
                             std::string(insert_curve_sql) + " ON CONFLICT DO UPDATE SET place = excluded.place RETURNING id, clean");
    bind_curve(insert, job_, place, info);
    insert.executeStep();
    const std::int64_t curve = insert.getColumn(0).getInt64();
    if (insert.getColumn(1).getString() != clean_json(info.clean)) throw_other_answers(study_, job_);
    insert.executeStep();
    for (const double rate : started.info.rates) {
        SQLite::Statement point(
            database.sql(),
            "INSERT INTO point (curve, rate, row_check) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET rate = rate RETURNING id");
        point.bind(1, curve);
        point.bind(2, rate);
        point.bind(3, point_check(curve, rate));
        point.executeStep();
        curves_[place].points.push_back(point.getColumn(0).getInt64());
        point.executeStep();
    }
    curves_[place].outcomes.resize(curves_[place].points.size());
    curves_[place].samples.resize(curves_[place].points.size());
}

void CampaignRows::send_known(const CampaignStarted& started, const EventSink& sink) {
    study_.database().guarded([&] {
        TrialRows rows(study_.database());
        for (std::size_t curve = 0; curve < curves_.size(); ++curve) {
            for (std::size_t rate = 0; rate < curves_[curve].points.size(); ++rate) {
                std::vector<bool>& known = curves_[curve].is_known.emplace_back();
                rows.read(curves_[curve].points[rate], started.curves[curve].clean.images, [&](int trial, const TrialOutcome& outcome) {
                    if (std::size_t(trial) >= known.size()) known.resize(std::size_t(trial) + 1);
                    known[std::size_t(trial)] = true;
                    if (started.info.precision) curves_[curve].outcomes[rate].emplace(trial, outcome);
                    sink(TrialFinished{int(curve), int(rate), trial, outcome});
                });
            }
        }
    });
}

void CampaignRows::take_design(const PointDesigned& designed, const EventSink& sink) {
    Curve& curve = curves_.at(std::size_t(designed.curve));
    const auto rate = std::size_t(designed.rate_index);
    const std::int64_t point = curve.points.at(rate);
    Database& database = study_.database();
    auto stored = database.guarded([&] { return read_sampled_point(database, point); });
    if (stored && !(stored->design == designed.design))
        throw StudyInputError("Job " + std::to_string(job_) + " of the study '" + study_.path() +
                              "' drew its trials in other strata than this ClipScope would: begin a new job.");
    if (!stored) {
        stored = SampledPoint{designed.design, std::vector<std::map<int, SampledTrial>>(designed.design.strata.size())};
        database.transaction([&] {
            SQLite::Statement insert(database.sql(), "INSERT INTO design VALUES (?, ?, ?)");
            const std::string value = design_json(designed.design).dump();
            insert.bind(1, point);
            insert.bind(2, value);
            insert.bind(3, row_check(value));
            insert.exec();
        });
    }
    curve.samples[rate] = std::move(*stored);
    for (std::size_t stratum = 0; stratum < curve.samples[rate].trials.size(); ++stratum)
        for (const auto& [trial, known] : curve.samples[rate].trials[stratum])
            sink(SampledTrialFinished{designed.curve, designed.rate_index, int(stratum), trial, known});
}

std::int64_t CampaignRows::point(int curve, int rate_index) const {
    return curves_.at(std::size_t(curve)).points.at(std::size_t(rate_index));
}

bool CampaignRows::is_known(std::size_t curve, std::size_t rate, int trial) const {
    const std::vector<bool>& known = curves_[curve].is_known[rate];
    return std::size_t(trial) < known.size() && known[std::size_t(trial)];
}

std::optional<SampledTrial> CampaignRows::known_sample(std::size_t curve, std::size_t rate, std::size_t stratum, int trial) const {
    const auto& trials = curves_[curve].samples[rate].trials[stratum];
    const auto known = trials.find(trial);
    return known == trials.end() ? std::nullopt : std::optional(known->second);
}

std::optional<TrialOutcome> CampaignRows::known_outcome(std::size_t curve, std::size_t rate, int trial) const {
    const auto& trials = curves_[curve].outcomes[rate];
    const auto known = trials.find(trial);
    return known == trials.end() ? std::nullopt : std::optional(known->second);
}

}  // namespace clipscope
