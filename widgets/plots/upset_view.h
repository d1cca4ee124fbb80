// What a measured curve means in time, as a value, and the pure functions that draw it and write it as CSV: failures in time against the
// rate of upsets, with the budgets of ISO 26262 as lines, for a curve with exactly one fault; shares of wrong answers against the time
// between scrubs for a curve over fault rates (method.md, "Upset rates").
#pragma once

#include <QString>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "campaign/campaign_summary.h"
#include "campaign/curve_in_time.h"
#include "plots/figure_export.h"
#include "theme/theme.h"

class QCustomPlot;

namespace clipscope {

// What is known of the memory: a range of upset rates, whose ends may be equal, and the time in which it stays as it is.
struct UpsetConditions {
    double low = 0;  // upsets per bit and hour
    double high = 0;
    double hours = 0;
};

struct UpsetView {
    enum class Axis { upset_rate, scrub_interval };
    struct Point {
        double x = 0;      // FIT per Mbit, or hours
        double value = 0;  // failures in 10⁹ hours, or percent of the answers
        Interval ci95;
    };
    struct Line {
        FailureKind kind = FailureKind::sdc;
        bool is_high_end = true;  // of the upset rates; where there is one line for both, so
        QString name;
        std::vector<Point> points;  // ascending
    };

    QString title;
    bool show_title = true;
    Axis axis = Axis::upset_rate;
    std::vector<Line> lines{};  // none: there is nothing to draw
    UpsetConditions conditions{};
    // A part of the picture, as chosen by zooming; empty: everything.
    std::optional<std::pair<double, double>> x_range{};
    std::optional<std::pair<double, double>> y_range{};
};

// Of a curve; without lines where it says nothing in time.
UpsetView upset_view(const CurveSummary& curve, const CampaignInfo& info, const UpsetConditions& conditions);

// Replaces everything in the plot by the view, without replotting.
void draw(const UpsetView& view, const Theme& theme, QCustomPlot& plot);

// A row a point: line, fit_per_mbit or hours, value, ci95_low, ci95_high (fit, or percent).
std::string to_csv(const UpsetView& view);

// PDF, SVG or PNG by the extension; see figure_export.h. Returns the path written; throws Error.
QString export_figure(const UpsetView& view, const QString& path, const FigureSize& size = FigureSize::single_column());

}  // namespace clipscope
