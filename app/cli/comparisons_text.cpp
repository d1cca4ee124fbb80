// What protections gain and cost, as tables for people.
#include <cmath>
#include <cstdio>

#include "campaign/comparison.h"
#include "common/number_text.h"
#include "curves_output.h"
#include "text_table.h"

namespace clipscope::cli {

namespace {

using Align = TextTable::Align;

std::string with_sign(double number, const char* format) {
    char text[64];
    std::snprintf(text, sizeof text, format, number);
    return text;
}

std::string points(double fraction) {
    return with_sign(fraction * 100, "%+.2f");
}

std::string auc_text(const std::optional<double>& auc) {
    return auc ? with_sign(*auc, "%.4f") : "-";
}

std::string title(const ProtectionComparison& comparison) {
    const std::string rule = comparison.nonfinite == NonfiniteRule::wrong ? "non-finite logits are wrong" : "non-finite logits by argmax";
    std::string text =
        "\n" + comparison.layer + ": " + to_string(comparison.second) + " against " + to_string(comparison.first) + ", " + rule + "\n";
    text += "AUC " + auc_text(comparison.first_auc) + " -> " + auc_text(comparison.second_auc);
    if (comparison.improvement) text += ", " + with_sign(*comparison.improvement * 100, "%+.2f") + " %";
    if (comparison.difference && comparison.difference->pairs > 1)
        text += " (difference " + with_sign(comparison.difference->ci95_low, "%+.4f") + "..." +
                with_sign(comparison.difference->ci95_high, "%+.4f") + ")";
    return text + "; cost in clean accuracy " + with_sign(comparison.clean_cost * 100, "%.2f") + " points\n";
}

}  // namespace

std::string comparisons_text(const AccuracyCurves& curves, AucAxis axis) {
    std::string text;
    for (const NonfiniteRule rule : {NonfiniteRule::wrong, NonfiniteRule::argmax}) {
        for (const ProtectionComparison& comparison : compare_protections(curves, rule, axis)) {
            TextTable table({{"Rate", Align::right},
                             {to_string(comparison.first) + " %", Align::right},
                             {to_string(comparison.second) + " %", Align::right},
                             {"Points", Align::right},
                             {"95 % interval", Align::right},
                             {"Worst before", Align::right},
                             {"Worst after", Align::right}});
            for (const RateComparison& rate : comparison.rates) {
                table.add_row({number_text(rate.rate), percent(rate.first_mean), percent(rate.second_mean), points(rate.difference.mean),
                               points(rate.difference.ci95_low) + "..." + points(rate.difference.ci95_high), percent(rate.first_worst),
                               percent(rate.second_worst)});
            }
            text += title(comparison) + table.to_string();
        }
    }
    return text;
}

}  // namespace clipscope::cli
