// The area that is the AUC (FT-ClipAct, Fig. 5a): accuracy against the fault rate divided by the largest one, both axes 0...1, as a value,
// and the pure functions that draw it and write it as CSV. The number shown is core's own AUC of these very points (clipping/auc.h).
#pragma once

#include <QString>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "clipping/auc.h"
#include "plots/figure_export.h"
#include "theme/theme.h"

class QCustomPlot;

namespace clipscope {

// One configuration of the network: "clipped at T = 3.2", "unclipped".
struct AucAreaSeries {
    QString name;
    double clean_accuracy = 0;       // the point at rate 0
    std::vector<double> rates;       // ascending, 0 may come first
    std::vector<double> accuracies;  // mean over trials, one for each rate
};

struct AucAreaView {
    QString title;
    bool show_title = true;
    std::vector<AucAreaSeries> series;  // the largest area first, so that none is hidden
    AucAxis axis = AucAxis::linear;
    // A part of the picture, as chosen by zooming; empty: everything.
    std::optional<std::pair<double, double>> x_range;
    std::optional<std::pair<double, double>> y_range;
};

// Nothing where the rates span no axis.
std::optional<double> area_under(const AucAreaSeries& series, AucAxis axis);

// The vertices whose area is the AUC, x and y in 0...1; empty where the rates span no axis. On the linear axis the first is rate 0.
struct AucAreaPoint {
    double x = 0;
    double accuracy = 0;
    double rate = 0;
};
std::vector<AucAreaPoint> area_points(const AucAreaSeries& series, AucAxis axis);

// True if there is at least one area.
bool has_area(const AucAreaView& view);

// Replaces everything in the plot by the view, without replotting. Curves carry the property "series" (the index in the view).
void draw(const AucAreaView& view, const Theme& theme, QCustomPlot& plot);

// A line a vertex: series,rate,normalised_rate,accuracy,auc,axis
std::string to_csv(const AucAreaView& view);

// PDF, SVG or PNG by the extension; see figure_export.h. Returns the path written; throws Error.
QString export_figure(const AucAreaView& view, const QString& path, const FigureSize& size = FigureSize::single_column());

}  // namespace clipscope
