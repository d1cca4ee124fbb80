#include "results/result_csv.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <vector>

#include "common/csv_text.h"

namespace clipscope {
namespace {

constexpr std::string_view place_column = "rate_per_bit";

// The header with the columns that say where a point lies.
CsvText table_with(std::vector<std::string_view> header, PointAxis axis, PlaceColumns places) {
    const auto place = std::find(header.begin(), header.end(), place_column);
    if (places == PlaceColumns::both)
        header.insert(place + 1, "bit");
    else if (axis != PointAxis::fault_rate)
        *place = axis == PointAxis::bit_position ? "bit" : "fault_count";
    return CsvText(header);
}

void add_place(CsvText& table, double place, PointAxis axis, PlaceColumns places) {
    const std::optional<double> nothing;
    if (places == PlaceColumns::of_axis)
        table.add(place);
    else if (axis == PointAxis::bit_position)
        table.add(nothing).add(place);
    else if (axis == PointAxis::fault_count)
        table.add(nothing).add(nothing);  // the faults have a column of their own
    else
        table.add(place).add(nothing);
}

void add(CsvText& table, const std::optional<Interval>& interval) {
    table.add(interval ? std::optional(interval->low) : std::nullopt);
    table.add(interval ? std::optional(interval->high) : std::nullopt);
}

// In the order of points_csv().
std::vector<std::string_view> point_columns(bool with_precision) {
    std::vector<std::string_view> columns{"layer",
                                          "path",
                                          "bits",
                                          "protection",
                                          "clean_accuracy_fraction",
                                          place_column,
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
                                          "format"};
    if (with_precision)
        columns.insert(columns.end(), {"half_width_fraction", "image_evaluations", "whole_trials", "gain_over_plain_trials"});
    return columns;
}

// The statistics of one point, from its number of trials on.
void add_statistics(CsvText& table, const CurvePoint& point) {
    const auto of_whole = [&](double value) { return point.has_whole_trials() ? std::optional(value) : std::nullopt; };
    table.add(point.trials).add(point.faults_mean).add(point.mean).add(of_whole(point.sd)).add(of_whole(point.min));
    table.add(of_whole(point.q1)).add(of_whole(point.median)).add(of_whole(point.q3)).add(of_whole(point.max));
    table.add(point.ci95_low).add(point.ci95_high).add(point.top5_mean).add(point.sdc_mean).add(point.due_mean);
    add(table, point.ci95_images);
    add(table, point.top5_ci95);
    add(table, point.sdc_ci95);
    add(table, point.due_ci95);
}

void add_precision(CsvText& table, const CurvePoint& point) {
    const auto sampled = [&](auto member) { return point.sampled ? std::optional(double((*point.sampled).*member)) : std::nullopt; };
    table.add(sampled(&SampledPointStatistics::half_width)).add(sampled(&SampledPointStatistics::image_evaluations));
    table.add(sampled(&SampledPointStatistics::whole_trials)).add(sampled(&SampledPointStatistics::gain));
}

}  // namespace

std::string points_csv(const AccuracyCurves& curves, PlaceColumns places, PrecisionColumns precision) {
    const bool with_precision = precision == PrecisionColumns::always || curves.info.precision;
    CsvText table = table_with(point_columns(with_precision), curves.info.axis, places);
    for (const AccuracyCurve& curve : curves.curves) {
        const double clean = accuracy(curve.info.clean, curves.info.nonfinite);
        for (const CurvePoint& point : curve_points(curve, curves.info)) {
            table.add(curve.info.layer).add(curve.info.path).add(curve.info.bits).add(to_string(curve.info.protection)).add(clean);
            add_place(table, point.rate, curves.info.axis, places);
            add_statistics(table, point);
            table.add(format_of(curve.info, curves.info).to_string());
            if (with_precision) add_precision(table, point);
            table.end_row();
        }
    }
    return table.text();
}

std::string trials_csv(const AccuracyCurves& curves, PlaceColumns places) {
    CsvText table = table_with({"layer", "path", "protection", place_column, "trial", "faults_bits", "images", "correct_images",
                                "correct_argmax_images", "top5_images", "top5_argmax_images", "due_images", "sdc_images", "format"},
                               curves.info.axis, places);
    for (const AccuracyCurve& curve : curves.curves) {
        for (std::size_t i = 0; i < curve.trials.size(); ++i) {
            for (const auto& [number, trial] : curve.trials[i]) {
                const Outcome& outcome = trial.outcome;
                table.add(curve.info.layer).add(curve.info.path).add(to_string(curve.info.protection));
                add_place(table, curves.info.rates.at(i), curves.info.axis, places);
                table.add(number).add(trial.faults).add(outcome.images).add(outcome.correct).add(outcome.correct_argmax).add(outcome.top5);
                table.add(outcome.top5_argmax).add(outcome.due).add(outcome.sdc).add(format_of(curve.info, curves.info).to_string());
                table.end_row();
            }
        }
    }
    return table.text();
}

}  // namespace clipscope
