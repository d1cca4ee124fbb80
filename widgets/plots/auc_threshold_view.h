// AUC against the clipping threshold T of one site, the "bell curve" (FT-ClipAct, Fig. 5b), as a value, and the pure functions that draw it
// and write it as CSV. Points of a sweep and evaluations of a search are points of the same function: one line joins them, colours and
// markers tell where each came from.
#pragma once

#include <QString>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "plots/figure_export.h"
#include "theme/theme.h"

class QCustomPlot;

namespace clipscope {

struct AucPoint {
    float threshold = 0;
    double auc = 0;                        // 0...1
    std::optional<double> standard_error;  // over trials
    int grid = 0;                          // of the search that asked for it, from 1; 0: a sweep's point
};

struct AucThresholdView {
    QString title;
    bool show_title = true;
    std::vector<AucPoint> points;         // in any order
    std::optional<double> unclipped_auc;  // the red line
    std::optional<double> unclipped_standard_error;
    std::optional<float> act_max;
    std::optional<float> chosen;     // T, once the search is over
    std::optional<float> by_hand;    // a threshold that is being tried
    std::vector<AucPoint> points_by_hand{};  // that were; not joined with the others, which may be of other rates
    std::optional<float> sweep_end;  // the axis reaches at least to here, so that it stands still while points come in
    bool in_act_max_units = false;   // T / ACT_max on the axis; needs act_max > 0
    bool whole_scale = true;         // AUC axis 0...1; otherwise only as far as the points reach
    // A part of the picture, in axis units, as chosen by zooming; empty: everything.
    std::optional<std::pair<double, double>> x_range;
    std::optional<std::pair<double, double>> y_range;
};

// The points as they are joined: ascending thresholds; where a sweep and a search meet at one, both are there.
std::vector<AucPoint> sorted_points(const AucThresholdView& view);

// The highest AUC so far, at the lowest threshold among equals.
std::optional<AucPoint> best_point(const AucThresholdView& view);

// Where a threshold lies on the axis.
double threshold_position(const AucThresholdView& view, double threshold);

// True if there is anything to show.
bool has_points(const AucThresholdView& view);

// Replaces everything in the plot by the view, without replotting. The graphs with markers carry the property "grid".
void draw(const AucThresholdView& view, const Theme& theme, QCustomPlot& plot);

// Ascending thresholds: threshold,auc,standard_error,grid (grid 0: sweep; those by hand are left out). The unclipped network comes last,
// its threshold empty.
std::string to_csv(const AucThresholdView& view);

// PDF, SVG or PNG by the extension; see figure_export.h. Returns the path written; throws Error.
QString export_figure(const AucThresholdView& view, const QString& path, const FigureSize& size = FigureSize::double_column());

}  // namespace clipscope
