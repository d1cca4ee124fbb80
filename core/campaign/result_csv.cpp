#include "campaign/result_csv.h"

#include "common/csv_text.h"

namespace clipscope {
namespace {

void add(CsvText& table, const std::optional<Interval>& interval) {
    table.add(interval ? std::optional(interval->low) : std::nullopt);
    table.add(interval ? std::optional(interval->high) : std::nullopt);
}

}  // namespace

std::string points_csv(const AccuracyCurves& curves) {
    CsvText table({"layer",
                   "path",
                   "bits",
                   "protection",
                   "clean_accuracy_fraction",
                   "rate_per_bit",
                   "trials",
                   "faults_mean_bits",
                   "accuracy_mean_fraction",
                   "accuracy_sd_fraction",
                   "accuracy_min_fraction",
                   "accuracy_q1_fraction",
                   "accuracy_median_fraction",
                   "accuracy_q3_fraction",
                   "accuracy_max_fraction",
                   "accuracy_ci95_low_fraction",
                   "accuracy_ci95_high_fraction",
                   "top5_mean_fraction",
                   "sdc_mean_fraction",
                   "due_mean_fraction",
                   "accuracy_ci95_images_low_fraction",
                   "accuracy_ci95_images_high_fraction",
                   "top5_ci95_low_fraction",
                   "top5_ci95_high_fraction",
                   "sdc_ci95_low_fraction",
                   "sdc_ci95_high_fraction",
                   "due_ci95_low_fraction",
                   "due_ci95_high_fraction",
                   "format"});
    for (const AccuracyCurve& curve : curves.curves) {
        const double clean = accuracy(curve.info.clean, curves.info.nonfinite);
        for (const CurvePoint& point : curve_points(curve, curves.info)) {
            table.add(curve.info.layer).add(curve.info.path).add(curve.info.bits).add(to_string(curve.info.protection)).add(clean);
            table.add(point.rate).add(point.trials).add(point.faults_mean).add(point.mean).add(point.sd).add(point.min).add(point.q1);
            table.add(point.median).add(point.q3).add(point.max).add(point.ci95_low).add(point.ci95_high).add(point.top5_mean);
            table.add(point.sdc_mean).add(point.due_mean);
            add(table, point.ci95_images);
            add(table, point.top5_ci95);
            add(table, point.sdc_ci95);
            add(table, point.due_ci95);
            table.add(format_of(curve.info, curves.info).to_string());
            table.end_row();
        }
    }
    return table.text();
}

std::string trials_csv(const AccuracyCurves& curves) {
    CsvText table({"layer", "path", "protection", "rate_per_bit", "trial", "faults_bits", "images", "correct_images",
                   "correct_argmax_images", "top5_images", "top5_argmax_images", "due_images", "sdc_images", "format"});
    for (const AccuracyCurve& curve : curves.curves) {
        for (std::size_t i = 0; i < curve.trials.size(); ++i) {
            for (const auto& [number, trial] : curve.trials[i]) {
                const Outcome& outcome = trial.outcome;
                table.add(curve.info.layer).add(curve.info.path).add(to_string(curve.info.protection)).add(curves.info.rates.at(i));
                table.add(number).add(trial.faults).add(outcome.images).add(outcome.correct).add(outcome.correct_argmax).add(outcome.top5);
                table.add(outcome.top5_argmax).add(outcome.due).add(outcome.sdc).add(format_of(curve.info, curves.info).to_string());
                table.end_row();
            }
        }
    }
    return table.text();
}

}  // namespace clipscope
