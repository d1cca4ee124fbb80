#include "study/job_settings.h"

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>
#include <stdexcept>

#include "campaign/fault_rates.h"
#include "campaign/memory_json.h"
#include "common/error.h"
#include "common/text_list.h"
#include "study/study_errors.h"

namespace clipscope {
namespace {

using Json = nlohmann::ordered_json;

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
    Json json{{"kind", settings.kind->id},
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
              {"state_key", settings.state_key},
              {"resize", settings.picture_size.resize},
              {"crop", settings.picture_size.crop}};
    write_memory(json, settings.memory);
    // Without these the settings read as they always did.
    if (settings.precision > 0) json["precision"] = settings.precision;
    if (!settings.faults.empty()) json["faults"] = settings.faults;
    if (!settings.protections.empty()) json["protections"] = settings.protections;
    if (settings.protection != JobSettings().protection) json["protection"] = settings.protection;
    if (!settings.own.empty()) json["own"] = settings.own;
    if (settings.kind->is_listed())
        json["fault_list"] = {{"path", settings.list.path},
                              {"sha256", settings.list.sha256},
                              {"trials", settings.list.trials},
                              {"each_line", settings.list.each_line}};
    if (!settings.unknown_fields.empty()) json.update(Json::parse(settings.unknown_fields));
    return json;
}

// Fields as older and newer programs wrote them: what is missing keeps its default, what is not known is kept as it is.
class FieldReader {
public:
    explicit FieldReader(const Json& json) : json_(json) {}

    template <class Value>
    void take(const char* name, Value& value) {
        if (json_.contains(name)) json_.at(name).get_to(value);
    }

    template <class Value>
    void take(const char* name, Value& value, Value (*from_string)(const std::string&)) {
        if (json_.contains(name)) value = from_string(json_.at(name).get<std::string>());
    }

private:
    const Json& json_;
};

FaultListSettings read_list(const Json& json) {
    FaultListSettings list;
    json.at("path").get_to(list.path);
    json.at("sha256").get_to(list.sha256);
    json.at("trials").get_to(list.trials);
    json.at("each_line").get_to(list.each_line);
    return list;
}

std::string unknown_fields(const Json& json) {
    JobSettings with_all;
    with_all.kind = JobKind::faults;
    with_all.precision = 1;
    with_all.own = {{"name", "value"}};
    with_all.faults = "1";
    with_all.protections = "none";
    with_all.protection = "range";
    with_all.memory.pattern = FaultPattern{FaultPattern::Shape::word, 1};
    const Json known = as_json(with_all);
    Json unknown = Json::object();
    for (const auto& [name, value] : json.items())
        if (!known.contains(name)) unknown[name] = value;
    return unknown.empty() ? std::string() : unknown.dump();
}

JobSettings read_settings(const Json& json) {
    JobSettings settings;
    settings.kind = job_kind_from_string(json.at("kind").get<std::string>());
    FieldReader fields(json);
    fields.take("model", settings.model);
    fields.take("data", settings.data);
    fields.take("split", settings.split);
    fields.take("images", settings.images);
    if (json.contains("normalization")) settings.normalization = read_normalization(json.at("normalization"));
    fields.take("tuning_images", settings.tuning_images);
    fields.take("tuning_split", settings.tuning_split);
    fields.take("seed", settings.seed);
    fields.take("architecture", settings.architecture);
    fields.take("state_key", settings.state_key);
    fields.take("resize", settings.picture_size.resize);
    fields.take("crop", settings.picture_size.crop);
    if (json.contains("format")) settings.memory = read_memory(JsonFields(json, "settings"));
    fields.take("nonfinite", settings.nonfinite, nonfinite_rule_from_string);
    fields.take("auc_axis", settings.auc_axis, auc_axis_from_string);
    fields.take("chunk", settings.chunk);
    fields.take("device", settings.device);
    fields.take("exact", settings.exact);
    fields.take("self_check", settings.self_check);
    fields.take("layers", settings.layers);
    fields.take("rates", settings.rates);
    fields.take("faults", settings.faults);
    fields.take("trials", settings.trials);
    fields.take("precision", settings.precision);
    if (json.value("faults_everywhere", false)) settings.place = FaultPlace::everywhere;
    fields.take("site", settings.site);
    fields.take("grid", settings.grid);
    fields.take("grid_in_act_max", settings.grid_in_act_max);
    fields.take("algorithm", settings.search.algorithm, search_algorithm_from_string);
    fields.take("n", settings.search.n);
    fields.take("m", settings.search.m);
    fields.take("delta", settings.search.delta);
    fields.take("greedy", settings.greedy);
    fields.take("thresholds", settings.thresholds);
    fields.take("protections", settings.protections);
    fields.take("protection", settings.protection);
    fields.take("own", settings.own);
    complete_own_settings(settings);
    if (settings.kind->is_listed()) settings.list = read_list(json.at("fault_list"));
    settings.unknown_fields = unknown_fields(json);
    return settings;
}

bool contains(const std::vector<std::string>& texts, const std::string& text) {
    return std::ranges::count(texts, text) > 0;
}

const OwnSetting* find_own(const JobDefinition& kind, std::string_view name) {
    const auto found = std::ranges::find(kind.own_settings, name, &OwnSetting::name);
    return found == kind.own_settings.end() ? nullptr : &*found;
}

}  // namespace

std::string kind_name(const JobSettings& settings) {
    return settings.kind->name ? settings.kind->name(settings) : std::string(settings.kind->id);
}

std::string own_setting(const JobSettings& settings, std::string_view name) {
    if (const auto said = settings.own.find(std::string(name)); said != settings.own.end()) return said->second;
    if (const OwnSetting* own = find_own(*settings.kind, name)) return std::string(own->usual);
    throw std::logic_error("the kind of job " + std::string(settings.kind->id) + " has no setting " + std::string(name));
}

void complete_own_settings(JobSettings& settings) {
    for (const OwnSetting& own : settings.kind->own_settings) settings.own.try_emplace(std::string(own.name), own.usual);
    for (const auto& [name, value] : settings.own)
        if (const OwnSetting* own = find_own(*settings.kind, name)) own->check(value);
}

std::string to_json(const JobSettings& settings) {
    return as_json(settings).dump();
}

JobSettings job_settings_from_json(const std::string& text, const std::string& file) {
    try {
        return read_settings(Json::parse(text));
    } catch (const UsageError& error) {
        throw StudyDamagedError("A job in '" + file +
                                "' has settings that this ClipScope does not know: open it with the newer one that wrote it, or take a "
                                "backup (" +
                                error.what() + ")");
    } catch (const Json::exception&) {
    } catch (const Error&) {
    }
    throw StudyDamagedError("The settings of a job in '" + file + "' are damaged: save what is left with 'clipscope-cli recover'.");
}

JobSettings job_settings_by_hand(const std::string& text) {
    try {
        const JobSettings settings = read_settings(Json::parse(text));
        for (const auto& [name, value] : settings.own)
            if (!find_own(*settings.kind, name)) throw Error("A " + kind_name(settings) + " has no setting '" + name + "'.");
        return settings;
    } catch (const Json::exception&) {
        throw Error("A setting is missing, or not of its type: texts, numbers, true or false.");
    }
}

bool can_continue(const JobSettings& stored, const JobSettings& asked) {
    JobSettings same = asked;
    same.model = stored.model;
    same.data = stored.data;
    same.self_check = stored.self_check;
    same.list.path = stored.list.path;
    if (stored.kind->measures_curves()) {
        const bool has_outputs = has_computed_values(stored.layers) || has_computed_values(asked.layers);
        if (has_outputs && (stored.precision > 0 || asked.precision > 0)) return false;  // a precision knows stored values alone
        same.layers = stored.layers;
        same.rates = stored.rates;
        same.trials = stored.trials;
        same.precision = stored.precision;
        if (!stored.faults.empty() && !asked.faults.empty()) same.faults = stored.faults;
        if (!stored.protections.empty() && !asked.protections.empty()) same.protections = stored.protections;
    }
    if (stored.kind->tuning_images != TuningImagesFor::itself) {
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
    both.list.path = asked.list.path;
    if (!stored.kind->measures_curves()) return both;
    both.trials = std::max(stored.trials, asked.trials);
    if (asked.precision > 0) both.precision = stored.precision > 0 ? std::min(stored.precision, asked.precision) : asked.precision;
    for (const std::string& layers : split_list(asked.layers, ','))
        if (!contains(split_list(stored.layers, ','), layers)) both.layers += "," + layers;
    for (const std::string& protection : split_list(asked.protections, ','))
        if (!protection.empty() && !contains(split_list(stored.protections, ','), protection)) both.protections += "," + protection;
    if (asked.rates != "auto" && !contains(split_list(stored.rates, ';'), asked.rates)) both.rates += ";" + asked.rates;
    if (!asked.faults.empty() && !contains(split_list(stored.faults, ';'), asked.faults)) both.faults += ";" + asked.faults;
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

bool needs_tuning_images(const JobSettings& settings) {
    const TuningImagesFor what = settings.kind->tuning_images;
    return what == TuningImagesFor::itself || (what == TuningImagesFor::automatic_rates && has_automatic_rates(settings));
}

bool injects_faults(const JobSettings& settings) {
    return !settings.kind->faults_are_optional || !settings.layers.empty();
}

PointAxis point_axis(const JobSettings& settings) {
    const JobDefinition& kind = *settings.kind;
    return kind.takes_fault_counts && !settings.faults.empty() ? PointAxis::fault_count : kind.axis;
}

std::vector<double> all_points(const JobSettings& settings, const std::vector<double>& suggested) {
    if (point_axis(settings) != PointAxis::fault_count) return all_rates(settings.rates, suggested);
    std::set<double> counts;
    for (const std::string& part : split_list(settings.faults, ';')) {
        const std::vector<double> of_part = parse_fault_counts(part);
        counts.insert(of_part.begin(), of_part.end());
    }
    return {counts.begin(), counts.end()};
}

bool has_automatic_rates(const JobSettings& settings) {
    return point_axis(settings) != PointAxis::fault_count && settings.rates.starts_with("auto");
}

}  // namespace clipscope
