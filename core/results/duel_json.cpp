#include "results/duel_json.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "campaign/duel_summary.h"
#include "common/json_text.h"
#include "results/price_json.h"

namespace clipscope {
namespace {

using Json = nlohmann::ordered_json;

Json loss_json(const LossRate& loss) {
    return {{"rate", optional_number(loss.rate)},
            {"below_first_rate", loss.is_before},
            {"ci95", {optional_number(loss.low), optional_number(loss.high)}}};
}

Json pareto_json(const CampaignSummary& duel, const std::string& layer) {
    const std::size_t rate = telling_rate(duel, layer);
    Json json{{"layer", layer}, {"rate", duel.info.rates.at(rate)}};
    for (const auto& [name, cost] : {std::pair("storage", DuelCost::storage), std::pair("operations", DuelCost::operations)}) {
        json[name] = Json::array();
        for (const ParetoPoint& point : pareto_points(duel, layer, rate, cost))
            json[name].push_back({{"protection", to_string(duel.curves[point.curve].info.protection)},
                                  {"cost_percent", point.cost_percent},
                                  {"accuracy", point.accuracy},
                                  {"ci95", {point.ci95.low, point.ci95.high}},
                                  {"efficient", point.is_efficient}});
    }
    return json;
}

}  // namespace

void write_duel(Json& json, const AccuracyCurves& curves, AucAxis axis) {
    if (curves.info.prices.empty()) return;
    const CampaignSummary duel = summary_of(curves);
    for (const DuelRow& row : duel_rows(duel, axis)) {
        Json& curve = json["curves"][row.curve];
        curve["price"] = price_json(row.price);
        curve["price"]["clean_loss"] = row.clean_loss;
        curve["lost_1_point"] = loss_json(row.lost_1_point);
        curve["lost_10_points"] = loss_json(row.lost_10_points);
    }
    json["pareto"] = Json::array();
    if (!duel.info.rates.empty())
        for (const std::string& layer : duel_layers(duel)) json["pareto"].push_back(pareto_json(duel, layer));
}

}  // namespace clipscope
