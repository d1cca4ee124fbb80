// The tables of accuracy curves for people: in percent, with units.
#include <algorithm>

#include "campaign/curve_auc.h"
#include "campaign/point_faults.h"
#include "common/number_text.h"
#include "curves_output.h"
#include "results/axis_words.h"
#include "text_table.h"

namespace clipscope::cli {

namespace {

using Align = TextTable::Align;

// "50 trials", or "12 to 50 of 50 trials" where the job was stopped.
std::string trials_text(const AccuracyCurves& curves) {
    if (curves.info.precision) {
        std::int64_t trials = 0;
        std::int64_t images = 0;
        double widest = 0;
        for (const AccuracyCurve& curve : curves.curves)
            for (const CurvePoint& point : curve_points(curve, curves.info)) {
                trials += point.trials;
                if (!point.sampled) continue;
                images += point.sampled->image_evaluations;
                widest = std::max(widest, point.sampled->half_width);
            }
        return "± " + rounded_text(widest * 100, 3) + " points or better (± " + rounded_text(*curves.info.precision * 100, 3) +
               " asked for), from " + grouped_text(trials) + " trials of few images, " + grouped_text(images) + " image evaluations";
    }
    const int asked = curves.info.trials;
    int least = asked;
    int most = 0;
    for (const AccuracyCurve& curve : curves.curves) {
        for (const auto& trials : curve.trials) {
            least = std::min(least, int(trials.size()));
            most = std::max(most, int(trials.size()));
        }
    }
    const std::string all = std::to_string(asked) + (asked == 1 ? " trial" : " trials");
    return least == asked ? all : std::to_string(least) + " to " + std::to_string(most) + " of " + all;
}

bool has_protection(const AccuracyCurves& curves) {
    return std::any_of(curves.curves.begin(), curves.curves.end(),
                       [](const AccuracyCurve& curve) { return curve.info.protection != Protection::none; });
}

std::string curve_title(const CurveInfo& info, const CampaignInfo& campaign) {
    std::string title = info.layer;
    if (!info.path.empty()) title += " (" + info.path + ")";
    if (info.format) title += ", " + info.format->to_string();
    if (info.protection != Protection::none) title += ", " + to_string(info.protection);
    return title + ", " + grouped_text(info.bits) + (campaign.memory.pattern == FaultPattern{} ? " bits" : " places");
}

std::string place_title(PointAxis axis) {
    switch (axis) {
        case PointAxis::fault_rate:
            return "Rate";
        case PointAxis::bit_position:
            return "Bit";
        case PointAxis::fault_count:
            return "Faults";
    }
    return "";
}

std::string unhit_name(const CurveInfo& info, const AccuracyCurves& curves) {
    std::string name = info.layer;
    if (has_formats(curves)) name += " (" + format_of(info, curves.info).to_string() + ")";
    if (info.protection != Protection::none) name += " (" + to_string(info.protection) + ")";
    return name;
}

// Where nothing was measured, though a number stands there.
std::string unhit_text(const AccuracyCurves& curves) {
    std::string text;
    for (const double rate : curves.info.rates) {
        std::string layers;
        bool is_hit_somewhere = false;
        for (const AccuracyCurve& curve : curves.curves) {
            for (const CurvePoint& point : curve_points(curve, curves.info)) {
                if (point.rate != rate) continue;
                if (point.faults_mean > 0)
                    is_hit_somewhere = true;
                else
                    layers += (layers.empty() ? "" : ", ") + unhit_name(curve.info, curves);
            }
        }
        const bool is_bit = curves.info.axis == PointAxis::bit_position;
        if (layers.empty() || (!is_bit && rate == 0)) continue;
        text += (is_bit ? "At bit " + number_text(rate) : "At the " + point_name(curves.info.axis, rate)) + " no bit was hit in " +
                (is_hit_somewhere || curves.curves.size() == 1 ? layers : "any curve") + ": what stands there is the clean accuracy.\n";
    }
    return text.empty() ? "" : "\n" + text;
}

std::string interval_text(const Interval& interval) {
    return percent(interval.low) + "..." + percent(interval.high);
}

// ", AUC 0.7104 (0.6823...0.7312)"; nothing where the rates span no area or some have no trial.
std::string auc_text(const AccuracyCurve& curve, const CampaignInfo& info, AucAxis axis) {
    const auto area = curve_auc(curve, info, axis);
    if (!area) return {};
    return ", AUC " + fixed_text(area->auc, 4) + " (" + fixed_text(area->ci95.low, 4) + "..." + fixed_text(area->ci95.high, 4) + ")";
}

}  // namespace

std::string curves_table(const AccuracyCurves& curves) {
    const CampaignInfo& info = curves.info;
    const bool with_protection = has_protection(curves);
    const bool with_format = has_formats(curves);
    std::vector<TextTable::Column> columns = {{"Layer"}};
    if (with_protection) columns.push_back({"Protection"});
    if (with_format) columns.push_back({"Format"});
    columns.push_back({info.memory.pattern == FaultPattern{} ? "Bits" : "Places", Align::right});
    columns.push_back({"Clean", Align::right});
    for (const double rate : info.rates) columns.push_back({number_text(rate), Align::right});
    TextTable table(columns);
    for (const AccuracyCurve& curve : curves.curves) {
        std::vector<std::string> row = {curve.info.layer};
        if (with_protection) row.push_back(to_string(curve.info.protection));
        if (with_format) row.push_back(format_of(curve.info, info).to_string());
        row.push_back(grouped_text(curve.info.bits));
        row.push_back(percent(accuracy(curve.info.clean, info.nonfinite)));
        const std::vector<CurvePoint> points = curve_points(curve, info);
        for (const double rate : info.rates) {
            const auto point = std::find_if(points.begin(), points.end(), [rate](const CurvePoint& p) { return p.rate == rate; });
            row.push_back(point == points.end() ? "-" : percent(point->mean));
        }
        table.add_row(row);
    }
    return "Mean accuracy in % against " + axis_words(info.axis) + "; " + trials_text(curves) + "; " + info.model + " on " +
           grouped_text(info.images) + " images of " + info.data + "; seed " + std::to_string(info.seed) + "\n\n" + table.to_string() +
           unhit_text(curves) + self_check_text(curves.self_check.value_or(SelfCheckCounts{}));
}

std::string self_check_text(const SelfCheckCounts& counts) {
    if (counts.trials == 0) return {};
    return "\nSelf-check: " + grouped_text(counts.trials) + (counts.trials == 1 ? " trial" : " trials") +
           " ran in the exact mode as well and gave the same answers; near-ties: " + grouped_text(counts.near_ties) + "\n";
}

std::string curves_details(const AccuracyCurves& curves, AucAxis axis) {
    std::string text =
        "\nIntervals hold the mean over trials at 95 %: over faults alone, for these images; under \"Other images\" over faults and "
        "images.\n";
    for (const AccuracyCurve& curve : curves.curves) {
        TextTable table({{place_title(curves.info.axis), Align::right},
                         {"Trials", Align::right},
                         {"Faults", Align::right},
                         {"Mean %", Align::right},
                         {"SD", Align::right},
                         {"95 % interval", Align::right},
                         {"Other images", Align::right},
                         {"Min", Align::right},
                         {"Q1", Align::right},
                         {"Median", Align::right},
                         {"Q3", Align::right},
                         {"Max", Align::right},
                         {"Top-5 %", Align::right},
                         {"interval", Align::right},
                         {"SDC %", Align::right},
                         {"interval", Align::right},
                         {"DUE %", Align::right},
                         {"interval", Align::right}});
        for (const CurvePoint& point : curve_points(curve, curves.info)) {
            const auto of_whole = [&](double fraction) { return point.has_whole_trials() ? percent(fraction) : std::string("-"); };
            table.add_row({number_text(point.rate), std::to_string(point.trials), fixed_text(point.faults_mean, 2), percent(point.mean),
                           of_whole(point.sd), interval_text({point.ci95_low, point.ci95_high}), interval_text(point.ci95_images),
                           of_whole(point.min), of_whole(point.q1), of_whole(point.median), of_whole(point.q3), of_whole(point.max),
                           point.top5_mean ? percent(*point.top5_mean) : "-", point.top5_ci95 ? interval_text(*point.top5_ci95) : "-",
                           percent(point.sdc_mean), interval_text(point.sdc_ci95), percent(point.due_mean), interval_text(point.due_ci95)});
        }
        text += "\n" + curve_title(curve.info, curves.info) + auc_text(curve, curves.info, axis) + "\n" + table.to_string();
    }
    return text;
}

}  // namespace clipscope::cli
