#include "study/job_settings.h"

#include <algorithm>
#include <array>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>

#include "campaign/fault_rates.h"
#include "campaign/memory_json.h"
#include "common/error.h"
#include "common/text_list.h"
#include "study/study_errors.h"

namespace clipscope {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::array kinds = {JobKind::sensitivity, JobKind::bits, JobKind::compare, JobKind::profile, JobKind::sweep, JobKind::harden};

Json normalization_json(const std::optional<Normalization>& normalization) {
    if (!normalization) return nullptr;
    return {{"name", normalization->name}, {"mean", normalization->mean}, {"std", normalization->std}};
}

std::optional<Normalization> read_normalization(const Json& json) {
    if (json.is_null()) return std::nullopt;
    return Normalization{json.at("name").get<std::string>(), json.at("mean").get<std::vector<float>>(),
                         json.at("std").get<std::vector<float>>()};
}

Json as_json(const JobSettings& settings) {
    Json json{{"kind", to_string(settings.kind)},
              {"model", settings.model},
              {"data", settings.data},
              {"split", settings.split},
              {"images", settings.images},
              {"normalization", normalization_json(settings.normalization)},
              {"tuning_images", settings.tuning_images},
              {"tuning_split", settings.tuning_split},
              {"seed", settings.seed},
              {"nonfinite", to_string(settings.nonfinite)},
              {"auc_axis", to_string(settings.auc_axis)},
              {"chunk", settings.chunk},
              {"device", settings.device},
              {"exact", settings.exact},
              {"self_check", settings.self_check},
              {"layers", settings.layers},
              {"rates", settings.rates},
              {"trials", settings.trials},
              {"faults_everywhere", settings.place == FaultPlace::everywhere},
              {"site", settings.site},
              {"grid", settings.grid},
              {"grid_in_act_max", settings.grid_in_act_max},
              {"algorithm", to_string(settings.search.algorithm)},
              {"n", settings.search.n},
              {"m", settings.search.m},
              {"delta", settings.search.delta},
              {"greedy", settings.greedy},
              {"thresholds", settings.thresholds},
              {"architecture", settings.architecture},
              {"resize", settings.picture_size.resize},
              {"crop", settings.picture_size.crop}};
    write_memory(json, settings.memory);
    return json;
}

JobSettings read_settings(const Json& json) {
    JobSettings settings;
    settings.kind = job_kind_from_string(json.at("kind").get<std::string>());
    json.at("model").get_to(settings.model);
    json.at("data").get_to(settings.data);
    json.at("split").get_to(settings.split);
    json.at("images").get_to(settings.images);
    settings.normalization = read_normalization(json.at("normalization"));
    json.at("tuning_images").get_to(settings.tuning_images);
    json.at("tuning_split").get_to(settings.tuning_split);
    json.at("seed").get_to(settings.seed);
    json.at("architecture").get_to(settings.architecture);
    json.at("resize").get_to(settings.picture_size.resize);
    json.at("crop").get_to(settings.picture_size.crop);
    settings.memory = read_memory(JsonFields(json, "settings"));
    settings.nonfinite = nonfinite_rule_from_string(json.at("nonfinite").get<std::string>());
    settings.auc_axis = auc_axis_from_string(json.at("auc_axis").get<std::string>());
    json.at("chunk").get_to(settings.chunk);
    json.at("device").get_to(settings.device);
    json.at("exact").get_to(settings.exact);
    settings.self_check = json.value("self_check", settings.self_check);
    json.at("layers").get_to(settings.layers);
    json.at("rates").get_to(settings.rates);
    json.at("trials").get_to(settings.trials);
    settings.place = json.at("faults_everywhere").get<bool>() ? FaultPlace::everywhere : FaultPlace::feeding;
    json.at("site").get_to(settings.site);
    json.at("grid").get_to(settings.grid);
    json.at("grid_in_act_max").get_to(settings.grid_in_act_max);
    settings.search.algorithm = search_algorithm_from_string(json.at("algorithm").get<std::string>());
    json.at("n").get_to(settings.search.n);
    json.at("m").get_to(settings.search.m);
    json.at("delta").get_to(settings.search.delta);
    json.at("greedy").get_to(settings.greedy);
    json.at("thresholds").get_to(settings.thresholds);
    return settings;
}

bool contains(const std::vector<std::string>& texts, const std::string& text) {
    return std::ranges::count(texts, text) > 0;
}

bool can_grow(JobKind kind) {
    return measures_curves(kind);
}

bool uses_tuning_images(JobKind kind) {
    return kind != JobKind::sensitivity && kind != JobKind::bits;
}

}  // namespace

bool measures_curves(JobKind kind) {
    return kind == JobKind::sensitivity || kind == JobKind::bits || kind == JobKind::compare;
}

std::string to_string(JobKind kind) {
    switch (kind) {
        case JobKind::sensitivity:
            return "sensitivity";
        case JobKind::bits:
            return "bits";
        case JobKind::compare:
            return "compare";
        case JobKind::profile:
            return "profile";
        case JobKind::sweep:
            return "sweep";
        case JobKind::harden:
            return "harden";
    }
    return "sensitivity";
}

JobKind job_kind_from_string(const std::string& text) {
    const auto found = std::find_if(kinds.begin(), kinds.end(), [&](JobKind kind) { return to_string(kind) == text; });
    if (found == kinds.end()) throw UsageError("'" + text + "' is not a kind of job.");
    return *found;
}

std::string to_json(const JobSettings& settings) {
    return as_json(settings).dump();
}

JobSettings job_settings_from_json(const std::string& text, const std::string& file) {
    try {
        return read_settings(Json::parse(text));
    } catch (const Json::exception&) {
    } catch (const UsageError&) {
    }
    throw StudyDamagedError("The settings of a job in '" + file + "' are damaged: save what is left with 'clipscope-cli recover'.");
}

bool can_continue(const JobSettings& stored, const JobSettings& asked) {
    JobSettings same = asked;
    same.model = stored.model;
    same.data = stored.data;
    same.self_check = stored.self_check;
    if (can_grow(stored.kind)) {
        same.layers = stored.layers;
        same.rates = stored.rates;
        same.trials = stored.trials;
    }
    if (!uses_tuning_images(stored.kind)) {
        same.tuning_images = stored.tuning_images;
        same.tuning_split = stored.tuning_split;
    }
    return as_json(same) == as_json(stored);
}

JobSettings grown(const JobSettings& stored, const JobSettings& asked) {
    JobSettings both = stored;
    both.model = asked.model;
    both.data = asked.data;
    both.self_check = asked.self_check;
    if (!can_grow(stored.kind)) return both;
    both.trials = std::max(stored.trials, asked.trials);
    for (const std::string& layers : split_list(asked.layers, ','))
        if (!contains(split_list(stored.layers, ','), layers)) both.layers += "," + layers;
    if (asked.rates != "auto" && !contains(split_list(stored.rates, ';'), asked.rates)) both.rates += ";" + asked.rates;
    return both;
}

std::vector<double> all_rates(const std::string& text, const std::vector<double>& suggested) {
    std::set<double> rates;
    for (const std::string& part : split_list(text, ';')) {
        const std::vector<double> of_part = part == "auto" ? suggested : parse_rates(part);
        rates.insert(of_part.begin(), of_part.end());
    }
    return {rates.begin(), rates.end()};
}

}  // namespace clipscope
