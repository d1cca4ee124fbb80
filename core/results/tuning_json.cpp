#include "results/tuning_json.h"

#include <nlohmann/json.hpp>

#include "campaign/memory_json.h"
#include "common/json_text.h"
#include "common/number_text.h"
#include "common/version.h"
#include "results/computed_with_json.h"

namespace clipscope {
namespace {

using Json = nlohmann::ordered_json;

Json optional_float(const std::optional<float>& number) {
    return number ? Json(short_double(*number)) : Json(nullptr);
}

std::string site_name_in(const TuningResult& result, int site) {
    return result.info.sites.at(std::size_t(site)).name;
}

Json sites_json(const TuningResult& result) {
    Json sites = Json::array();
    for (std::size_t i = 0; i < result.info.sites.size(); ++i) {
        const SiteInfo& info = result.info.sites[i];
        Json site;
        site["name"] = info.name;
        site["path"] = info.path;
        site["kind"] = info.kind;
        site["fed_by"] = info.fed_by;
        site["file_threshold"] = optional_float(info.threshold);
        site["can_be_clipped"] = info.can_be_clipped;
        site["act_max"] = optional_float(i < result.act_max.size() ? result.act_max[i] : std::nullopt);
        sites.push_back(std::move(site));
    }
    return sites;
}

Json activations_json(const TuningResult& result) {
    Json all = Json::array();
    for (const SiteActivations& activations : result.activations) {
        Json json;
        json["site"] = site_name_in(result, activations.site);
        json["scope"] = activations.scope.empty() ? Json(nullptr) : Json(activations.scope);
        json["rate"] = activations.rate;
        json["trials"] = activations.trials;
        json["histogram"] = activations.histogram->to_json();
        all.push_back(std::move(json));
    }
    return all;
}

Json self_check_json(const SelfCheckCounts& counts) {
    return {{"trials", counts.trials}, {"near_ties", counts.near_ties}};
}

Json measured_json(const MeasuredAuc& measured) {
    Json json;
    json["auc"] = measured.auc;
    json["standard_error"] = optional_number(measured.standard_error);
    if (measured.ci95) json["auc_ci95"] = {measured.ci95->low, measured.ci95->high};
    json["clean_accuracy"] = measured.clean_accuracy;
    json["accuracies"] = measured.accuracies;
    json["trial_aucs"] = measured.trial_aucs;
    if (!measured.rate_trials.empty()) {
        json["image_evaluations"] = measured.image_evaluations;
        json["rate_trials"] = Json::array();
        for (const AucTrials& of_rate : measured.rate_trials)
            json["rate_trials"].push_back({{"weight", of_rate.weight}, {"accuracies", of_rate.values}});
    }
    if (measured.self_check.trials > 0) json["self_check"] = self_check_json(measured.self_check);
    return json;
}

Json point_json(const ThresholdAuc& point) {
    Json json;
    json["threshold"] = short_double(point.threshold);
    json.update(measured_json(point.measured));
    return json;
}

Json sweeps_json(const TuningResult& result) {
    Json all = Json::array();
    for (const SiteSweep& sweep : result.sweeps) {
        Json json;
        json["site"] = site_name_in(result, sweep.site);
        json["scope"] = sweep.scope;
        json["act_max"] = short_double(sweep.act_max);
        json["rates"] = sweep.rates;
        json["unclipped"] = measured_json(sweep.unclipped);
        json["points"] = Json::array();
        for (const ThresholdAuc& point : sweep.points) json["points"].push_back(point_json(point));
        all.push_back(std::move(json));
    }
    return all;
}

Json grid_json(const SearchGrid& grid) {
    Json json;
    json["number"] = grid.number;
    json["thresholds"] = Json::array();
    for (const float threshold : grid.thresholds) json["thresholds"].push_back(short_double(threshold));
    json["aucs"] = grid.aucs;
    json["changes"] = grid.changes;
    json["change_errors"] = Json::array();
    for (const std::optional<double>& error : grid.change_errors) json["change_errors"].push_back(optional_number(error));
    json["change_margins"] = Json::array();
    for (const std::optional<double>& margin : grid.change_margins) json["change_margins"].push_back(optional_number(margin));
    json["best"] = grid.best;
    json["kept_low"] = short_double(grid.kept_low);
    json["kept_high"] = short_double(grid.kept_high);
    json["new_evaluations"] = grid.new_evaluations;
    json["noise_prevents_stop"] = grid.noise_prevents_stop;
    return json;
}

Json hardened_json(const HardenedSite& site) {
    Json json;
    json["act_max"] = short_double(site.act_max);
    json["threshold"] = short_double(site.threshold);
    json["auc_before"] = optional_number(site.auc_before);
    json["auc_after"] = optional_number(site.auc_after);
    json["iterations"] = site.iterations;
    json["evaluations"] = site.evaluations;
    json["end"] = to_string(site.end);
    json["plateau"] = site.plateau;
    json["reason"] = site.reason;
    return json;
}

Json searches_json(const TuningResult& result) {
    Json all = Json::array();
    for (const SiteSearch& search : result.searches) {
        Json json;
        json["site"] = site_name_in(result, search.site);
        json["scope"] = search.scope;
        json["act_max"] = short_double(search.act_max);
        json["algorithm"] = to_string(search.settings.algorithm);
        json["n"] = search.settings.n;
        json["m"] = search.settings.m;
        json["delta"] = search.settings.delta;
        json["rates"] = search.rates;
        json["evaluations"] = Json::array();
        for (const SearchEvaluation& evaluation : search.evaluations) {
            Json entry;
            entry["grid"] = evaluation.grid;
            entry.update(point_json(evaluation.point));
            json["evaluations"].push_back(std::move(entry));
        }
        json["grids"] = Json::array();
        for (const SearchGrid& grid : search.grids) json["grids"].push_back(grid_json(grid));
        json["hardened"] = search.hardened ? hardened_json(*search.hardened) : Json(nullptr);
        all.push_back(std::move(json));
    }
    return all;
}

}  // namespace

std::string tuning_to_json(const TuningResult& result) {
    const CampaignInfo& campaign = result.info.campaign;
    Json json;
    json["clipscope_version"] = version();
    json["kind"] = to_string(result.info.job);
    json["model"] = campaign.model;
    json["model_sha256"] = result.info.model_sha256;
    json["data"] = campaign.data;
    json["images"] = campaign.images;
    json["images_trained_on"] = result.info.trained_on == TrainedOn::likely ? "likely" : "no";
    json["classes"] = campaign.classes;
    json["seed"] = campaign.seed;
    json["trials"] = campaign.trials;
    if (campaign.precision) json["precision"] = *campaign.precision;
    write_memory(json, campaign.memory);
    write_computed_with(json, campaign);
    json["nonfinite"] = to_string(campaign.nonfinite);
    json["auc_axis"] = to_string(result.info.auc_axis);
    if (result.info.protection != TuningInfo().protection) json["protection"] = result.info.protection;
    json["rates"] = campaign.rates;
    if (const SelfCheckCounts counts = self_check_of(result); counts.trials > 0) json["self_check"] = self_check_json(counts);
    json["sites"] = sites_json(result);
    json["activations"] = activations_json(result);
    json["sweeps"] = sweeps_json(result);
    json["searches"] = searches_json(result);
    json["hardened_file"] = nullptr;
    if (result.file) json["hardened_file"] = {{"path", result.file->path}, {"images_compared", result.file->images_compared}};
    return json_text(json);
}

}  // namespace clipscope
