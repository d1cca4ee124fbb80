// Algorithm 1 at work on one site (FT-ClipAct, Fig. 6), as a value, and the pure functions that draw it and write it as CSV: a row per
// iteration from top to bottom, its interval to scale on the common axis [0, ACT_max], the four boundaries with their AUCs, the part kept.
#pragma once

#include <QString>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "campaign/tuning_result.h"
#include "plots/figure_export.h"
#include "theme/theme.h"

class QCustomPlot;

namespace clipscope {

struct TrisectionView {
    QString title;
    bool show_title = true;
    SiteSearch search;
    // Rows shown, the last one strong; -1: all, and the grid that is being evaluated.
    int shown = -1;
    bool show_reason = true;  // for stopping, below the picture; a panel says it itself
    // A part of the picture, in axis units (threshold; minus the number of the row), as chosen by zooming; empty: everything that fits.
    std::optional<std::pair<double, double>> x_range;
    std::optional<std::pair<double, double>> y_range;
};

// One boundary of a row.
struct TrisectionBoundary {
    float threshold = 0;
    double auc = 0;
    std::optional<double> standard_error;
    bool is_best = false;
    bool is_new = false;  // evaluated for this grid; otherwise remembered
};

// One row, from a complete grid or from what there is of the next one.
struct TrisectionRow {
    int number = 0;  // from 1
    float low = 0;   // the interval
    float high = 0;
    std::vector<TrisectionBoundary> boundaries;   // ascending; all four where complete
    std::optional<std::pair<float, float>> kept;  // complete rows
    bool is_current = false;
    const SearchGrid* grid = nullptr;  // in the view; null while it is being evaluated
};

// The rows that are shown. Valid as long as the view is.
std::vector<TrisectionRow> trisection_rows(const TrisectionView& view);

// Replaces everything in the plot by the view, without replotting.
void draw(const TrisectionView& view, const Theme& theme, QCustomPlot& plot);

// A line a boundary of a complete grid: grid,boundary,threshold,auc,standard_error,best,kept_low,kept_high,new
std::string to_csv(const TrisectionView& view);

// PDF, SVG or PNG by the extension; see figure_export.h. Returns the path written; throws Error.
QString export_figure(const TrisectionView& view, const QString& path, const FigureSize& size = FigureSize::double_column());

}  // namespace clipscope
