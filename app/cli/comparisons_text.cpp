// What protections gain and cost, as tables for people.
#include <cmath>

#include "campaign/comparison.h"
#include "common/number_text.h"
#include "curves_output.h"
#include "text_table.h"

namespace clipscope::cli {

namespace {

using Align = TextTable::Align;

std::string points(double fraction) {
    return signed_text(fraction * 100, 2);
}

std::string auc_text(const std::optional<double>& auc) {
    return auc ? fixed_text(*auc, 4) : "-";
}

std::string title(const ProtectionComparison& comparison) {
    const std::string rule = comparison.nonfinite == NonfiniteRule::wrong ? "non-finite logits are wrong" : "non-finite logits by argmax";
    std::string text =
        "\n" + comparison.layer + ": " + to_string(comparison.second) + " against " + to_string(comparison.first) + ", " + rule + "\n";
    const std::string cost = "cost in clean accuracy " + fixed_text(comparison.clean_cost * 100, 2) + " points\n";
    if (comparison.axis == PointAxis::fault_count) return text + cost;  // an area is one over rates
    text += "AUC " + auc_text(comparison.first_auc) + " -> " + auc_text(comparison.second_auc);
    if (comparison.improvement) text += ", " + signed_text(*comparison.improvement * 100, 2) + " %";
    if (comparison.difference && comparison.difference->pairs > 1)
        text += " (difference " + signed_text(comparison.difference->ci95_low, 4) + "..." +
                signed_text(comparison.difference->ci95_high, 4) + ")";
    return text + "; " + cost;
}

std::string worst(const std::optional<double>& accuracy) {
    return accuracy ? percent(*accuracy) : "-";
}

}  // namespace

std::string comparisons_text(const AccuracyCurves& curves, AucAxis axis) {
    std::string text;
    for (const NonfiniteRule rule : {NonfiniteRule::wrong, NonfiniteRule::argmax}) {
        for (const ProtectionComparison& comparison : compare_protections(curves, rule, axis)) {
            TextTable table({{comparison.axis == PointAxis::fault_count ? "Faults" : "Rate", Align::right},
                             {to_string(comparison.first) + " %", Align::right},
                             {to_string(comparison.second) + " %", Align::right},
                             {"Points", Align::right},
                             {"95 % interval", Align::right},
                             {"Worst before", Align::right},
                             {"Worst after", Align::right}});
            for (const RateComparison& rate : comparison.rates) {
                table.add_row({number_text(rate.rate), percent(rate.first_mean), percent(rate.second_mean), points(rate.difference.mean),
                               points(rate.difference.ci95_low) + "..." + points(rate.difference.ci95_high), worst(rate.first_worst),
                               worst(rate.second_worst)});
            }
            text += title(comparison) + table.to_string();
        }
    }
    return text;
}

}  // namespace clipscope::cli
