#include "campaign/comparison.h"

#include "campaign/comparison_statistics.h"
#include "common/csv_text.h"

namespace clipscope {
std::vector<ProtectionComparison> compare_protections(const AccuracyCurves& curves, NonfiniteRule nonfinite, AucAxis axis) {
    return ComparisonStatistics(curves, axis).comparisons(nonfinite);
}

std::string comparisons_csv(const AccuracyCurves& curves, AucAxis axis) {
    CsvText table({"layer", "first", "second", "nonfinite", "rate_per_bit", "pairs", "first_mean_fraction", "second_mean_fraction",
                   "first_worst_fraction", "second_worst_fraction", "difference_mean_fraction", "difference_ci95_low_fraction",
                   "difference_ci95_high_fraction"});
    for (const NonfiniteRule rule : {NonfiniteRule::wrong, NonfiniteRule::argmax}) {
        for (const ProtectionComparison& comparison : compare_protections(curves, rule, axis)) {
            for (const RateComparison& rate : comparison.rates) {
                table.add(comparison.layer).add(to_string(comparison.first)).add(to_string(comparison.second)).add(to_string(rule));
                table.add(rate.rate).add(rate.difference.pairs).add(rate.first_mean).add(rate.second_mean).add(rate.first_worst);
                table.add(rate.second_worst).add(rate.difference.mean).add(rate.difference.ci95_low).add(rate.difference.ci95_high);
                table.end_row();
            }
        }
    }
    return table.text();
}

}  // namespace clipscope
