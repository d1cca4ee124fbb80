// What to protect first, as a value, and the pure functions that draw it and write it as CSV: accuracy against the storage that protecting
// takes, step by step, between the unprotected network and everything protected (method.md, "Protections").
#pragma once

#include <QString>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "campaign/protect_first.h"
#include "plots/figure_export.h"
#include "theme/theme.h"

class QCustomPlot;

namespace clipscope {

struct ProtectFirstView {
    enum class Axis { storage, steps };

    QString title;
    bool show_title = true;
    ProtectFirst found;  // no trials: there is nothing to draw
    Axis axis = Axis::storage;
    int chosen = -1;  // the step up to which something is wanted, 0: the unprotected network; -1: none
    // A part of the picture, as chosen by zooming; empty: everything.
    std::optional<std::pair<double, double>> x_range;
    std::optional<std::pair<double, double>> y_range;
};

bool has_steps(const ProtectFirstView& view);

// The axis in the picture: where nothing is stored, steps.
ProtectFirstView::Axis shown_axis(const ProtectFirstView& view);

// Where step 0 (the unprotected network) and the others lie, in axis units.
struct StepPlace {
    QString name;  // "nothing", "FC-1", "+ CONV-2"
    double x = 0;
    double mean_percent = 0;
    double low_percent = 0;
    double high_percent = 0;
};
std::vector<StepPlace> places_of(const ProtectFirstView& view);

// Replaces everything in the plot by the view, without replotting.
void draw(const ProtectFirstView& view, const Theme& theme, QCustomPlot& plot);

// What protect_first_csv() has.
std::string to_csv(const ProtectFirstView& view);

// PDF, SVG or PNG by the extension; see figure_export.h. Returns the path written; throws Error.
QString export_figure(const ProtectFirstView& view, const QString& path, const FigureSize& size = FigureSize::single_column());

}  // namespace clipscope
