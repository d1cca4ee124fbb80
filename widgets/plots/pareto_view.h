// What protections keep against what they cost, as a value, and the pure functions that draw it and write it as CSV: accuracy at one fault
// rate against storage or operations, the efficient ones joined (method.md, "Protections").
#pragma once

#include <QString>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "campaign/duel_summary.h"
#include "plots/figure_export.h"
#include "theme/theme.h"

class QCustomPlot;

namespace clipscope {

struct ParetoView {
    QString title;
    bool show_title = true;
    CampaignSummary duel;        // no prices: there is nothing to draw
    QString layer;               // the scope; one that is not there: the first
    std::optional<double> rate;  // nothing, or one that was not measured: where the contestants lie furthest apart
    DuelCost cost = DuelCost::storage;
    AucAxis auc_axis = AucAxis::linear;
    // A part of the picture, as chosen by zooming; empty: everything.
    std::optional<std::pair<double, double>> x_range;
    std::optional<std::pair<double, double>> y_range;
};

bool has_points(const ParetoView& view);
std::string shown_layer(const ParetoView& view);
std::size_t shown_rate(const ParetoView& view);  // an index
std::vector<ParetoPoint> points_of(const ParetoView& view);

// How a contestant is drawn, by its curve, here and in the accuracy plot: the same look for the same protection.
int look_of_contestant(const CampaignSummary& duel, const CurveInfo& curve);

// Replaces everything in the plot by the view, without replotting. Plottables of contestants carry the property "curve".
void draw(const ParetoView& view, const Theme& theme, QCustomPlot& plot);

// A line a contestant: what duel.csv has, of the scope that is shown.
std::string to_csv(const ParetoView& view);

// PDF, SVG or PNG by the extension; see figure_export.h. Returns the path written; throws Error.
QString export_figure(const ParetoView& view, const QString& path, const FigureSize& size = FigureSize::single_column());

}  // namespace clipscope
