// A duel's prices and what they buy, as tables for people.
#include <string>
#include <vector>

#include "campaign/duel_summary.h"
#include "common/number_text.h"
#include "curves_output.h"
#include "text_table.h"

namespace clipscope::cli {

namespace {

using Align = TextTable::Align;

std::string price_text(double percent) {
    return percent == 0 ? "0" : rounded_text(percent, 3);
}

std::string rate_text(const LossRate& loss) {
    return loss.rate ? rounded_text(*loss.rate, 2) : loss.is_before ? "below" : "-";
}

std::string rows_text(const CampaignSummary& duel, AucAxis axis) {
    TextTable table({{"Layer"},
                     {"Protection"},
                     {"Storage %", Align::right},
                     {"Operations %", Align::right},
                     {"Clean %", Align::right},
                     {"Clean lost", Align::right},
                     {"AUC", Align::right},
                     {"1 point lost at", Align::right},
                     {"10 points lost at", Align::right}});
    for (const DuelRow& row : duel_rows(duel, axis)) {
        const CurveInfo& curve = duel.curves[row.curve].info;
        table.add_row({curve.layer, to_string(curve.protection), price_text(row.price.storage_percent),
                       price_text(row.price.operations_percent), percent(row.clean_accuracy), fixed_text(row.clean_loss * 100, 2),
                       row.auc ? fixed_text(*row.auc, 4) : "-", rate_text(row.lost_1_point), rate_text(row.lost_10_points)});
    }
    return "\nWhat protections cost and buy; rates per bit: below the measured ones, or - where they do not reach so far\n\n" +
           table.to_string();
}

std::string pareto_text(const CampaignSummary& duel, const std::string& layer) {
    const std::size_t rate = telling_rate(duel, layer);
    const std::vector<ParetoPoint> by_storage = pareto_points(duel, layer, rate, DuelCost::storage);
    const std::vector<ParetoPoint> by_operations = pareto_points(duel, layer, rate, DuelCost::operations);
    TextTable table({{"Protection"}, {"Mean %", Align::right}, {"95 % interval", Align::right}, {"Storage"}, {"Operations"}});
    for (std::size_t i = 0; i < by_storage.size(); ++i) {
        const ParetoPoint& point = by_storage[i];
        table.add_row({to_string(duel.curves[point.curve].info.protection), percent(point.accuracy),
                       percent(point.ci95.low) + "..." + percent(point.ci95.high), point.is_efficient ? "efficient" : "",
                       by_operations[i].is_efficient ? "efficient" : ""});
    }
    return "\n" + layer + " at the rate " + rounded_text(duel.info.rates.at(rate), 6) +
           ", where they lie furthest apart; efficient: none that costs no more keeps more\n\n" + table.to_string();
}

}  // namespace

std::string duel_text(const AccuracyCurves& curves, AucAxis axis) {
    if (curves.curves.empty() || curves.info.rates.empty()) return {};
    const CampaignSummary duel = summary_of(curves);
    std::string text = rows_text(duel, axis);
    for (const std::string& layer : duel_layers(duel)) text += pareto_text(duel, layer);
    return text;
}

}  // namespace clipscope::cli
