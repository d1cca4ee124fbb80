#include "campaign/protection_plan.h"

#include <nlohmann/json.hpp>

#include "common/json_text.h"

namespace clipscope {
namespace {

using Json = nlohmann::ordered_json;

const char* name_of(Granularity granularity) {
    switch (granularity) {
        case Granularity::layer:
            return "layer";
        case Granularity::channel:
            return "channel";
        case Granularity::neuron:
            return "neuron";
    }
    return nullptr;
}

Json parameter_json(const PlannedParameter& parameter) {
    Json json = {{"layer", parameter.layer}, {"parameter", parameter.path},          {"protection", parameter.protection},
                 {"words", parameter.words}, {"check_words", parameter.check_words}, {"check_bits", parameter.check_bits}};
    for (const auto& [name, value] : parameter.constants) json[name] = value;
    return json;
}

Json sites_json(const Network& network, const Contestant& contestant) {
    Json sites = Json::array();
    for (std::size_t i = 0; i < network.sites().size(); ++i) {
        const std::string& name = network.sites()[i].name;
        if (const auto threshold = contestant.clipping.at(i))
            sites.push_back({{"site", name}, {"kind", "clip"}, {"granularity", "layer"}, {"high", {*threshold}}});
        else if (const ProtectedSite* own = contestant.sites ? contestant.sites->at(i) : nullptr)
            sites.push_back({{"site", name},
                             {"kind", own->kind},
                             {"granularity", name_of(own->granularity)},
                             {"shape", own->bounds.shape},
                             {"low", own->bounds.low},
                             {"high", own->bounds.high}});
    }
    return sites;
}

}  // namespace

std::string protection_plan_json(const Network& network, const Contestant& contestant) {
    const ProtectionPrice price = contestant.price.value_or(ProtectionPrice{});
    Json json = {{"version", 1},
                 {"model", network.name()},
                 {"model_sha256", network.sha256()},
                 {"format", network.memory().format.to_string()},
                 {"protection", to_string(contestant.protection)},
                 {"storage_percent", price.storage_percent},
                 {"operations_percent", price.operations_percent},
                 {"memory", Json::array()}};
    for (const PlannedParameter& parameter : contestant.planned) json["memory"].push_back(parameter_json(parameter));
    json["activations"] = sites_json(network, contestant);
    return json_text(json);
}

}  // namespace clipscope
