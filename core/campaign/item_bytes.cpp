#include "campaign/item_bytes.h"

#include <bit>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>

#include "common/error.h"

namespace clipscope {
namespace {

using Json = nlohmann::ordered_json;

Json float_bits(const std::optional<float>& number) {
    return number ? Json(std::bit_cast<std::uint32_t>(*number)) : Json(nullptr);
}

std::optional<float> from_float_bits(const Json& json) {
    if (json.is_null()) return std::nullopt;
    return std::bit_cast<float>(json.get<std::uint32_t>());
}

}  // namespace

std::string to_bytes(const Json& json) {
    std::string bytes;
    Json::to_cbor(json, bytes);
    return bytes;
}

Json from_bytes(const std::string& bytes) {
    Json json = Json::from_cbor(bytes, true, false);
    if (json.is_discarded()) throw Error("A result came damaged from another process: begin again, what is in the study is kept.");
    return json;
}

Json trial_json(const TrialOutcome& trial) {
    const Outcome& outcome = trial.outcome;
    return Json::array({trial.faults, outcome.images, outcome.correct, outcome.correct_argmax, outcome.top5, outcome.top5_argmax,
                        outcome.due, outcome.sdc});
}

TrialOutcome read_trial(const Json& json) {
    const auto count = [&](std::size_t place) { return json.at(place).get<std::int32_t>(); };
    return {json.at(0).get<std::int64_t>(), {count(1), count(2), count(3), count(4), count(5), count(6), count(7)}};
}

Json injection_json(const InjectionCounts& counts) {
    Json layers = Json::array();
    for (const LayerInjection& one : counts) {
        Json layer = Json::array({one.layer, one.is_output});
        for (std::size_t bit = 0; bit < LayerInjection::bit_positions; ++bit)
            if (one.asked[bit] != 0 || one.changed[bit] != 0) layer.push_back(Json::array({bit, one.asked[bit], one.changed[bit]}));
        layers.push_back(std::move(layer));
    }
    return layers;
}

InjectionCounts read_injection(const Json& json) {
    InjectionCounts counts;
    for (const Json& layer : json) {
        LayerInjection one;
        one.layer = layer.at(0).get<std::size_t>();
        one.is_output = layer.at(1).get<bool>();
        for (std::size_t i = 2; i < layer.size(); ++i) {
            const auto bit = layer[i].at(0).get<std::size_t>();
            one.asked.at(bit) = layer[i].at(1).get<std::int64_t>();
            one.changed.at(bit) = layer[i].at(2).get<std::int64_t>();
        }
        counts.push_back(one);
    }
    return counts;
}

Json listed_outcome_json(const ListedOutcome& outcome) {
    return Json::array({trial_json({outcome.faults, outcome.outcome}), outcome.unchanged, outcome.same_answer, outcome.other_answer,
                        float_bits(outcome.before), float_bits(outcome.after)});
}

ListedOutcome read_listed_outcome(const Json& json) {
    const TrialOutcome trial = read_trial(json.at(0));
    return {.faults = trial.faults,
            .unchanged = json.at(1).get<std::int64_t>(),
            .same_answer = json.at(2).get<std::int64_t>(),
            .other_answer = json.at(3).get<std::int64_t>(),
            .outcome = trial.outcome,
            .before = from_float_bits(json.at(4)),
            .after = from_float_bits(json.at(5))};
}

}  // namespace clipscope
