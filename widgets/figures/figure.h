// Something that can be drawn on a page of any size in any style: a view's value with its drawing, whatever its kind. GUI thread.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "figures/figure_style.h"
#include "plots/figure_export.h"

class QCustomPlot;

namespace clipscope {

struct Figure {
    std::string kind;  // "accuracy", "activations", ...: as its files are called
    FigureSize size;   // where a style has none
    // Fills an empty plot; of the style it takes what changes the value: ranges, scales, boxes, order of curves. The title is not drawn.
    std::function<void(const FigureStyle&, const Theme&, QCustomPlot&)> draw;
    std::function<std::string()> csv;
    QString title;
};

// The style's size, or the figure's own, in whole points; checked.
FigureSize size_of(const Figure& figure, const FigureStyle& style);

// The names of its curves, as the legend has them without a style.
QStringList curve_names(const Figure& figure);

// The figure on its page: nothing lies outside it, and no text covers another. What does not fit is broken into lines, set smaller, or put
// elsewhere. Throws UsageError where a number of the style is out of range.
std::unique_ptr<QCustomPlot> fitted_plot(const Figure& figure, const FigureStyle& style);

}  // namespace clipscope
