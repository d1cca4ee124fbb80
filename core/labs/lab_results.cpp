#include "labs/lab_results.h"

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "clipping/auc.h"
#include "common/number_text.h"
#include "common/text_list.h"
#include "data/dataset_reader.h"
#include "study/study_results.h"

namespace clipscope {
namespace {

using Json = nlohmann::ordered_json;

// A computational layer alone, which "each" has among others.
bool is_one_layer(const std::string& scope) {
    return scope != "network" && scope != "everything" && scope.find_first_of("+.") == std::string::npos;
}

bool holds(const std::string& list, const std::string& asked) {
    const std::vector<std::string> parts = split_list(list, ',');
    const bool has_each = std::ranges::count(parts, "each") > 0;
    return std::ranges::all_of(split_list(asked, ','), [&](const std::string& one) {
        return std::ranges::count(parts, one) > 0 || (has_each && is_one_layer(one));
    });
}

// Files and folders lie elsewhere on another machine; grading.h compares what is in them.
bool has_same_name(const std::string& one, const std::string& other) {
    return std::filesystem::path(one).filename() == std::filesystem::path(other).filename();
}

bool has_points(const JobSettings& stored, const JobSettings& asked) {
    if (point_axis(stored) != point_axis(asked)) return false;
    if (point_axis(asked) == PointAxis::bit_position) return true;
    const std::vector<double> points = all_points(stored, {});
    return std::ranges::all_of(all_points(asked, {}), [&](double point) { return std::ranges::count(points, point) > 0; });
}

// What results do not depend on, or what the step does not care about.
JobSettings comparable(JobSettings asked, const JobSettings& stored, bool takes_found_thresholds) {
    asked.device = stored.device;
    asked.chunk = stored.chunk;
    asked.exact = stored.exact;
    asked.self_check = stored.self_check;
    asked.normalization = stored.normalization;
    if (!stored.model.starts_with("bundled:") && has_same_name(stored.model, asked.model)) asked.model = stored.model;
    const std::string data = asked.data.empty() ? fashion_mnist_folder() : asked.data;
    if (stored.data.empty() || has_same_name(stored.data, data)) asked.data = stored.data;
    if (!takes_found_thresholds || !stored.thresholds.empty()) asked.thresholds = stored.thresholds;
    const bool has_faults_of_its_own =
        asked.kind->measures_curves() || (asked.kind->faults_are_optional && asked.rates != JobSettings().rates);
    if (!has_faults_of_its_own) asked.layers = stored.layers;
    const bool is_of_sites = asked.kind->is_tuning();
    if (!is_of_sites) asked.place = stored.place;
    // The form keeps these whatever the job.
    if (!asked.kind->has_search) {
        asked.search = stored.search;
        asked.greedy = stored.greedy;
    }
    if (!asked.kind->has_site_and_grid) {
        asked.grid = stored.grid;
        asked.grid_in_act_max = stored.grid_in_act_max;
    }
    if (asked.kind->measures_curves()) asked.auc_axis = stored.auc_axis;  // trials do not depend on it
    if (asked.kind->tuning_images != TuningImagesFor::itself) {
        asked.tuning_images = stored.tuning_images;
        asked.tuning_split = stored.tuning_split;
    }
    if (asked.tuning_split.empty()) asked.tuning_split = stored.tuning_split;
    if (is_of_sites) asked.images = stored.images;
    return asked;
}

bool is_larger_or_same(const char* name, const JobSettings& stored, const JobSettings& asked) {
    const std::string field = name;
    if (!stored.kind->measures_curves()) return false;
    if (field == "trials") return stored.trials >= asked.trials;
    if (field == "layers") return holds(stored.layers, asked.layers);
    if (field == "protections") return holds(stored.protections, asked.protections);
    if (field == "rates" || field == "faults") return has_points(stored, asked);
    return field == "precision";
}

std::string text_of(const Json& value) {
    return value.is_string() ? value.get<std::string>() : value.is_null() ? "nothing" : value.dump();
}

double percent_of(double fraction) {
    return 100 * fraction;
}

const CurvePoint* point_at(const CurveSummary& curve, double at) {
    const auto found = std::ranges::find(curve.points, at, &CurvePoint::rate);
    return found == curve.points.end() ? nullptr : &*found;
}

std::optional<double> area(const CurveSummary& curve, const CampaignInfo& info) {
    std::vector<double> rates;
    std::vector<double> means;
    for (const CurvePoint& point : curve.points) {
        if (point.rate <= 0) continue;
        rates.push_back(point.rate);
        means.push_back(point.mean);
    }
    if (!has_auc(rates, AucAxis::linear)) return std::nullopt;
    return auc(accuracy(curve.info.clean, info.nonfinite), rates, means);
}

std::optional<double> at_point(LabQuantity of, const CurvePoint& point) {
    switch (of) {
        case LabQuantity::accuracy:
            return percent_of(point.mean);
        case LabQuantity::lowest:
            return percent_of(point.min);
        case LabQuantity::highest:
            return percent_of(point.max);
        case LabQuantity::spread:
            return percent_of(point.sd);
        case LabQuantity::interval:
            return percent_of((point.ci95_high - point.ci95_low) / 2);
        case LabQuantity::silent:
            return percent_of(point.sdc_mean);
        case LabQuantity::detected:
            return percent_of(point.due_mean);
        case LabQuantity::faults:
            return point.faults_mean;
        default:
            return std::nullopt;
    }
}

std::optional<LabReply> extreme_layer(const CampaignSummary& campaign, const LabValue& value) {
    const CurveSummary* found = nullptr;
    double best = 0;
    for (const CurveSummary& curve : campaign.curves) {
        if (curve.info.layer == "network" || to_string(curve.info.protection) != value.protection) continue;
        const CurvePoint* point = value.at ? point_at(curve, *value.at) : nullptr;
        const std::optional<double> height = value.at ? point ? std::optional(point->mean) : std::nullopt : area(curve, campaign.info);
        if (!height) continue;
        const bool is_better = value.of == LabQuantity::weakest ? *height < best : *height > best;
        if (!found || is_better) {
            found = &curve;
            best = *height;
        }
    }
    return found ? std::optional<LabReply>(found->info.layer) : std::nullopt;
}

}  // namespace

bool covers(const JobSettings& stored, const LabStep& step, std::uint64_t seed) {
    return difference(stored, step, seed).empty();
}

std::string difference(const JobSettings& stored, const LabStep& step, std::uint64_t seed) {
    const JobSettings asked = comparable(job_of(step, seed), stored, step.takes_found_thresholds);
    const Json there = Json::parse(to_json(stored));
    const Json here = Json::parse(to_json(asked));
    std::vector<std::string> differences;
    const auto compare = [&](const std::string& name) {
        const Json has = there.value(name, Json());
        const Json wants = here.value(name, Json());
        if (has == wants || is_larger_or_same(name.c_str(), stored, asked)) return;
        differences.push_back(name == "thresholds" ? "thresholds: none that were found; choose your hardening in the table of jobs first"
                                                   : name + ": " + text_of(has) + ", here " + text_of(wants));
    };
    for (const auto& [name, value] : here.items()) compare(name);
    for (const auto& [name, value] : there.items())
        if (!here.contains(name)) compare(name);
    return joined(differences);
}

LabResults::LabResults(const Study* study, const Lab& lab, const LabWork& work) : study_(study), lab_(lab), work_(work) {
    if (study_) jobs_ = study_->jobs();
}

std::optional<JobRecord> LabResults::job(int step) const {
    const LabStep& asked = lab_.steps.at(std::size_t(step));
    if (!asked.job) return std::nullopt;
    for (auto job = jobs_.rbegin(); job != jobs_.rend(); ++job)
        if (job->state == JobState::done && covers(job->settings, asked, work_.seed)) return *job;
    return std::nullopt;
}

bool LabResults::has_begun(int step) const {
    const LabStep& asked = lab_.steps.at(std::size_t(step));
    return asked.job && std::ranges::any_of(
                            jobs_, [&](const JobRecord& job) { return !job.started.empty() && covers(job.settings, asked, work_.seed); });
}

bool LabResults::is_done(int step) const {
    return what_is_missing(step).empty();
}

std::string LabResults::what_is_missing(int step) const {
    const LabStep& asked = lab_.steps.at(std::size_t(step));
    if (asked.fault && !work_.steps.at(std::size_t(step)).fault) return "This word with these bits flipped was not looked at yet.";
    if (!asked.job || job(step)) return {};
    for (auto job = jobs_.rbegin(); job != jobs_.rend(); ++job) {
        if (job->settings.kind != asked.job->kind) continue;
        const std::string different = difference(job->settings, asked, work_.seed);
        const std::string number = "Job " + std::to_string(job->id);
        if (!different.empty()) return number + " is another one (" + different + ").";
        if (job->state != JobState::failed) return number + " is not done yet.";
    }
    return "This job has not run yet.";
}

std::optional<LabReply> LabResults::value(const LabValue& value, int step) {
    const auto plain = plain_value(value, step);
    if (!plain || std::holds_alternative<std::string>(*plain)) return plain;
    double number = std::get<double>(*plain);
    for (const auto& other : {value.minus, value.over}) {
        if (!other) continue;
        const auto second = this->value(*other, step);
        if (!second) return std::nullopt;
        number = other == value.minus ? number - std::get<double>(*second) : number / std::get<double>(*second);
    }
    return number;
}

std::optional<LabReply> LabResults::plain_value(const LabValue& value, int step) {
    const int place = value.step.empty() ? step : lab_.step_named(value.step);
    if (value.of >= LabQuantity::before) {
        const auto& fault = work_.steps.at(std::size_t(place)).fault;
        if (!fault) return std::nullopt;
        return value.of == LabQuantity::before ? fault->before : value.of == LabQuantity::after ? fault->after : double(fault->changed);
    }
    const auto found = job(place);
    if (!found) return std::nullopt;
    return found->settings.kind->is_tuning() ? of_site(value, *found) : of_curves(value, *found);
}

std::optional<LabReply> LabResults::of_curves(const LabValue& value, const JobRecord& job) {
    if (!curves_.contains(job.id)) curves_.emplace(job.id, read_summary(*study_, job.id));
    const CampaignSummary& campaign = curves_.at(job.id);
    if (is_name(value.of)) return extreme_layer(campaign, value);
    const auto curve = std::ranges::find_if(campaign.curves, [&](const CurveSummary& one) {
        return one.info.layer == value.layers && to_string(one.info.protection) == value.protection;
    });
    if (curve == campaign.curves.end()) return std::nullopt;
    const auto optional = [](const std::optional<double>& number) { return number ? std::optional<LabReply>(*number) : std::nullopt; };
    if (value.of == LabQuantity::clean) return percent_of(accuracy(curve->info.clean, campaign.info.nonfinite));
    if (value.of == LabQuantity::auc) return optional(area(*curve, campaign.info));
    if (value.of == LabQuantity::worst_point) {
        const auto worst = std::ranges::min_element(curve->points, {}, &CurvePoint::mean);
        return worst == curve->points.end() ? std::nullopt : std::optional<LabReply>(worst->rate);
    }
    const CurvePoint* point = value.at ? point_at(*curve, *value.at) : nullptr;
    return point ? optional(at_point(value.of, *point)) : std::nullopt;
}

std::optional<LabReply> LabResults::of_site(const LabValue& value, const JobRecord& job) {
    if (!tunings_.contains(job.id)) tunings_.emplace(job.id, read_tuning(*study_, job.id));
    const TuningResult& tuning = tunings_.at(job.id);
    const auto place = std::ranges::find(tuning.info.sites, value.site, &SiteInfo::name);
    if (place == tuning.info.sites.end()) return std::nullopt;
    const auto site = std::size_t(place - tuning.info.sites.begin());
    const SiteSearch* search = tuning.search(int(site));
    const SiteSweep* sweep = tuning.sweep(int(site));
    const auto* hardened = search && search->hardened ? &*search->hardened : nullptr;
    const auto optional = [](const auto& number) { return number ? std::optional<LabReply>(double(*number)) : std::nullopt; };
    switch (value.of) {
        case LabQuantity::act_max:
            return site < tuning.act_max.size() ? optional(tuning.act_max[site]) : std::nullopt;
        case LabQuantity::threshold:
            return hardened ? std::optional<LabReply>(double(hardened->threshold)) : std::nullopt;
        case LabQuantity::auc_before:
            return hardened ? optional(hardened->auc_before) : std::nullopt;
        case LabQuantity::auc_after:
            return hardened ? optional(hardened->auc_after) : std::nullopt;
        case LabQuantity::best_threshold: {
            if (!sweep || sweep->points.empty()) return std::nullopt;
            const auto best = std::ranges::max_element(sweep->points, {}, [](const ThresholdAuc& point) { return point.measured.auc; });
            return double(best->threshold / sweep->act_max);
        }
        default:
            return std::nullopt;
    }
}

}  // namespace clipscope
