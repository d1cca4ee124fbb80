// A duel's prices and what they buy, as tables for people.
#include <algorithm>
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
    return loss.rate ? rounded_text(*loss.rate, 2) : "-";
}

std::string rows_text(const AccuracyCurves& curves, AucAxis axis) {
    TextTable table({{"Layer"},
                     {"Protection"},
                     {"Storage %", Align::right},
                     {"Operations %", Align::right},
                     {"Clean %", Align::right},
                     {"Clean lost", Align::right},
                     {"AUC", Align::right},
                     {"1 point lost at", Align::right},
                     {"10 points lost at", Align::right}});
    for (const DuelRow& row : duel_rows(curves, axis)) {
        const CurveInfo& curve = curves.curves[row.curve].info;
        table.add_row({curve.layer, to_string(curve.protection), price_text(row.price.storage_percent),
                       price_text(row.price.operations_percent), percent(row.clean_accuracy), fixed_text(row.clean_loss * 100, 2),
                       row.auc ? fixed_text(*row.auc, 4) : "-", rate_text(row.lost_1_point), rate_text(row.lost_10_points)});
    }
    return "\nWhat protections cost and buy; rates per bit, - where the measured ones do not reach so far\n\n" + table.to_string();
}

std::string pareto_text(const AccuracyCurves& curves, const std::string& layer) {
    const std::size_t rate = telling_rate(curves, layer);
    const std::vector<ParetoPoint> by_storage = pareto_points(curves, layer, rate, DuelCost::storage);
    const std::vector<ParetoPoint> by_operations = pareto_points(curves, layer, rate, DuelCost::operations);
    TextTable table({{"Protection"}, {"Mean %", Align::right}, {"95 % interval", Align::right}, {"Storage"}, {"Operations"}});
    for (std::size_t i = 0; i < by_storage.size(); ++i) {
        const ParetoPoint& point = by_storage[i];
        table.add_row({to_string(curves.curves[point.curve].info.protection), percent(point.accuracy),
                       percent(point.ci95.low) + "..." + percent(point.ci95.high), point.is_efficient ? "efficient" : "",
                       by_operations[i].is_efficient ? "efficient" : ""});
    }
    return "\n" + layer + " at the rate " + rounded_text(curves.info.rates.at(rate), 6) +
           "; efficient: none that costs no more keeps more\n\n" + table.to_string();
}

}  // namespace

std::string duel_text(const AccuracyCurves& curves, AucAxis axis) {
    if (curves.curves.empty() || curves.info.rates.empty()) return {};
    std::string text = rows_text(curves, axis);
    std::vector<std::string> layers;
    for (const AccuracyCurve& curve : curves.curves)
        if (std::ranges::find(layers, curve.info.layer) == layers.end()) layers.push_back(curve.info.layer);
    for (const std::string& layer : layers) text += pareto_text(curves, layer);
    return text;
}

}  // namespace clipscope::cli
