#include "campaign/sampled_json.h"

#include <array>
#include <nlohmann/json.hpp>

#include "common/error.h"

namespace clipscope {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::array outcome_fields = {&Outcome::images, &Outcome::correct, &Outcome::correct_argmax, &Outcome::top5, &Outcome::top5_argmax,
                                       &Outcome::due,    &Outcome::sdc};
constexpr std::array group_fields = {&SampledOutcome::right, &SampledOutcome::others, &SampledOutcome::clean_right,
                                     &SampledOutcome::clean_others};

std::int64_t whole_number(const Json& json) {
    const auto number = json.get<std::int64_t>();
    if (!json.is_number_integer() || number < 0) throw Error("a count is none");
    return number;
}

}  // namespace

Json design_json(const SamplingDesign& design) {
    Json json{{"critical_bits", design.critical_bits}, {"fault_free", design.fault_free}, {"right_images", design.right_images}};
    json["strata"] = Json::array();
    for (const Stratum& stratum : design.strata)
        json["strata"].push_back(
            {{"low", stratum.low}, {"high", stratum.high ? Json(*stratum.high) : Json(nullptr)}, {"weight", stratum.weight}});
    return json;
}

Json sample_json(const SampledTrial& trial) {
    Json json = Json::array({trial.faults});
    for (const auto group : group_fields)
        for (const auto field : outcome_fields) json.push_back(trial.outcome.*group.*field);
    return json;
}

Json pilot_json(const BitPilot& pilot) {
    Json json{{"trials", pilot.trials}, {"image_evaluations", pilot.image_evaluations}};
    json["cells"] = Json::array();
    for (const PilotCell& cell : pilot.cells)
        json["cells"].push_back({{"layer", cell.layer},
                                 {"negative", cell.is_negative},
                                 {"bit", cell.bit},
                                 {"bits", cell.bits},
                                 {"trials", cell.trials},
                                 {"loss", cell.loss}});
    return json;
}

SamplingDesign read_design(const Json& json) {
    SamplingDesign design{.strata = {},
                          .critical_bits = whole_number(json.at("critical_bits")),
                          .fault_free = json.at("fault_free").get<double>(),
                          .right_images = whole_number(json.at("right_images"))};
    for (const Json& one : json.at("strata")) {
        Stratum stratum{.low = whole_number(one.at("low")), .high = {}, .weight = one.at("weight").get<double>()};
        if (!one.at("high").is_null()) stratum.high = whole_number(one.at("high"));
        if (!(stratum.weight >= 0 && stratum.weight <= 1)) throw Error("a weight is no probability");
        design.strata.push_back(stratum);
    }
    if (design.strata.empty() || !(design.fault_free >= 0 && design.fault_free <= 1)) throw Error("a design has no strata");
    return design;
}

SampledTrial read_sample(const Json& json) {
    if (!json.is_array() || json.size() != 1 + group_fields.size() * outcome_fields.size()) throw Error("a sampled trial lacks counts");
    SampledTrial trial{.faults = whole_number(json[0]), .outcome = {}};
    std::size_t place = 1;
    for (const auto group : group_fields)
        for (const auto field : outcome_fields) trial.outcome.*group.*field = std::int32_t(whole_number(json[place++]));
    return trial;
}

BitPilot read_pilot(const Json& json) {
    BitPilot pilot{.cells = {}, .trials = whole_number(json.at("trials")), .image_evaluations = whole_number(json.at("image_evaluations"))};
    for (const Json& cell : json.at("cells"))
        pilot.cells.push_back({cell.at("layer").get<std::string>(), cell.at("negative").get<bool>(), cell.at("bit").get<int>(),
                               whole_number(cell.at("bits")), cell.at("trials").get<int>(), cell.at("loss").get<double>()});
    return pilot;
}

}  // namespace clipscope
