// The tables of accuracy curves for people: in percent, with units.
#include <algorithm>
#include <cstdio>

#include "common/number_text.h"
#include "curves_output.h"
#include "text_table.h"

namespace clipscope::cli {

namespace {

using Align = TextTable::Align;

// "50 trials", or "12 to 50 of 50 trials" where the job was stopped.
std::string trials_text(const AccuracyCurves& curves) {
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

std::string curve_title(const CurveInfo& info) {
    std::string title = info.layer;
    if (!info.path.empty()) title += " (" + info.path + ")";
    if (info.format) title += ", " + info.format->to_string();
    if (info.protection != Protection::none) title += ", " + to_string(info.protection);
    return title + ", " + grouped(info.bits) + " bits";
}

std::string faults_text(double faults) {
    char text[32];
    std::snprintf(text, sizeof text, "%.2f", faults);
    return text;
}

}  // namespace

std::string curves_table(const AccuracyCurves& curves) {
    const CampaignInfo& info = curves.info;
    const bool with_protection = has_protection(curves);
    const bool with_format = has_formats(curves);
    std::vector<TextTable::Column> columns = {{"Layer"}};
    if (with_protection) columns.push_back({"Protection"});
    if (with_format) columns.push_back({"Format"});
    columns.push_back({"Bits", Align::right});
    columns.push_back({"Clean", Align::right});
    for (const double rate : info.rates) columns.push_back({number_text(rate), Align::right});
    TextTable table(columns);
    for (const AccuracyCurve& curve : curves.curves) {
        std::vector<std::string> row = {curve.info.layer};
        if (with_protection) row.push_back(to_string(curve.info.protection));
        if (with_format) row.push_back(format_of(curve.info, info).to_string());
        row.push_back(grouped(curve.info.bits));
        row.push_back(percent(accuracy(curve.info.clean, info.nonfinite)));
        const std::vector<CurvePoint> points = curve_points(curve, info);
        for (const double rate : info.rates) {
            const auto point = std::find_if(points.begin(), points.end(), [rate](const CurvePoint& p) { return p.rate == rate; });
            row.push_back(point == points.end() ? "-" : percent(point->mean));
        }
        table.add_row(row);
    }
    return "Mean accuracy in % against the fault rate per bit; " + trials_text(curves) + "; " + info.model + " on " + grouped(info.images) +
           " images of " + info.data + "; seed " + std::to_string(info.seed) + "\n\n" + table.to_string() +
           self_check_text(curves.self_check.value_or(SelfCheckCounts{}));
}

std::string self_check_text(const SelfCheckCounts& counts) {
    if (counts.trials == 0) return {};
    return "\nSelf-check: " + grouped(counts.trials) + (counts.trials == 1 ? " trial" : " trials") +
           " ran in the exact mode as well and gave the same answers; near-ties: " + grouped(counts.near_ties) + "\n";
}

std::string curves_details(const AccuracyCurves& curves) {
    std::string text;
    for (const AccuracyCurve& curve : curves.curves) {
        TextTable table({{"Rate", Align::right},
                         {"Trials", Align::right},
                         {"Faults", Align::right},
                         {"Mean %", Align::right},
                         {"SD", Align::right},
                         {"95 % interval", Align::right},
                         {"Min", Align::right},
                         {"Q1", Align::right},
                         {"Median", Align::right},
                         {"Q3", Align::right},
                         {"Max", Align::right},
                         {"Top-5 %", Align::right},
                         {"SDC %", Align::right},
                         {"DUE %", Align::right}});
        for (const CurvePoint& point : curve_points(curve, curves.info)) {
            table.add_row({number_text(point.rate), std::to_string(point.trials), faults_text(point.faults_mean), percent(point.mean),
                           percent(point.sd), percent(point.ci95_low) + "..." + percent(point.ci95_high), percent(point.min),
                           percent(point.q1), percent(point.median), percent(point.q3), percent(point.max),
                           point.top5_mean ? percent(*point.top5_mean) : "-", percent(point.sdc_mean), percent(point.due_mean)});
        }
        text += "\n" + curve_title(curve.info) + "\n" + table.to_string();
    }
    return text;
}

}  // namespace clipscope::cli
