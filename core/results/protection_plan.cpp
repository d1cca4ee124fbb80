#include "results/protection_plan.h"

#include <nlohmann/json.hpp>

#include "common/c_text.h"
#include "common/json_text.h"
#include "common/number_text.h"
#include "protection/activation/activation_kinds.h"
#include "results/protection_header.h"

namespace clipscope {
namespace {

using Json = nlohmann::ordered_json;

Json parameter_json(const PlannedParameter& parameter) {
    Json json = {{"layer", parameter.layer}, {"parameter", parameter.path},          {"protection", parameter.protection},
                 {"words", parameter.words}, {"check_words", parameter.check_words}, {"check_bits", parameter.check_bits}};
    for (const auto& [name, value] : parameter.constants) json[name] = value;
    return json;
}

Json numbers_json(const std::vector<float>& numbers) {
    Json json = Json::array();
    for (const float number : numbers) json.push_back(short_double(number));
    return json;
}

Json site_json(const ProtectionPlan::Site& site) {
    const int bounds = find_activation_kind(site.own.kind)->bounds;
    Json json = {{"site", site.info.name}, {"kind", site.own.kind}, {"granularity", to_string(site.own.granularity)}};
    if (bounds > 0) json["shape"] = site.own.bounds.shape;
    if (bounds > 1) json["low"] = numbers_json(site.own.bounds.low);
    if (bounds > 0) json["high"] = numbers_json(site.own.bounds.high);
    return json;
}

}  // namespace

ProtectionPlan plan_of(const Network& network, const Contestant& contestant) {
    ProtectionPlan plan{.model = network.name(),
                        .model_sha256 = network.sha256(),
                        .format = network.memory().format.to_string(),
                        .protection = contestant.protection,
                        .price = contestant.price.value_or(ProtectionPrice{}),
                        .memory = contestant.planned,
                        .sites = {}};
    for (std::size_t i = 0; i < network.sites().size(); ++i)
        if (const auto threshold = contestant.clipping.at(i))
            plan.sites.push_back({network.sites()[i], {"clip", Granularity::layer, {{}, {}, {*threshold}}}});
        else if (const ProtectedSite* own = contestant.sites ? contestant.sites->at(i) : nullptr)
            plan.sites.push_back({network.sites()[i], *own});
    return plan;
}

std::string protection_plan_json(const ProtectionPlan& plan) {
    Json json = {{"version", 1},
                 {"model", plan.model},
                 {"model_sha256", plan.model_sha256},
                 {"format", plan.format},
                 {"protection", to_string(plan.protection)},
                 {"storage_percent", plan.price.storage_percent},
                 {"operations_percent", plan.price.operations_percent},
                 {"memory", Json::array()},
                 {"activations", Json::array()}};
    for (const PlannedParameter& parameter : plan.memory) json["memory"].push_back(parameter_json(parameter));
    for (const ProtectionPlan::Site& site : plan.sites) json["activations"].push_back(site_json(site));
    return json_text(json);
}

std::string protection_plan_text(const std::string& path, const ProtectionPlan& plan) {
    return is_c_header(path) ? protection_to_c_header(plan) : protection_plan_json(plan);
}

}  // namespace clipscope
