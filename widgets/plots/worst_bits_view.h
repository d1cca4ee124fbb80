// The worst case of k faulty bits, as a value, and the pure functions that draw it and write it as CSV: accuracy against the number of
// faulty bits, the worst ones that were found, and beside them, where a study has it, what as many bits drawn at random do on average.
#pragma once

#include <QString>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "campaign/accuracy_curves.h"
#include "plots/figure_export.h"
#include "results/worst_bits_output.h"
#include "theme/theme.h"

class QCustomPlot;

namespace clipscope {

struct WorstBitsView {
    QString title;
    bool show_title = true;
    WorstBits found;  // without bits: there is nothing to draw
    WorstBitsOrigin origin;
    std::vector<CurvePoint> random{};  // over numbers of faults, ascending, of the same scope and memory; empty: none is known
    // A part of the picture, as chosen by zooming; empty: everything.
    std::optional<std::pair<double, double>> x_range{};
    std::optional<std::pair<double, double>> y_range{};
};

bool has_bits(const WorstBitsView& view);

// The worst k bits together, k from 0, as accuracies in percent; where those together were not looked for, up to the single worst one.
std::vector<double> worst_accuracies(const WorstBitsView& view);

// Of the random curve, what the picture has at first: up to four times the faults of the worst case.
std::vector<CurvePoint> random_in_sight(const WorstBitsView& view);

// Replaces everything in the plot by the view, without replotting.
void draw(const WorstBitsView& view, const Theme& theme, QCustomPlot& plot);

// What worst_bits_csv() has.
std::string to_csv(const WorstBitsView& view);

// PDF, SVG or PNG by the extension; see figure_export.h. Returns the path written; throws Error.
QString export_figure(const WorstBitsView& view, const QString& path, const FigureSize& size = FigureSize::single_column());

}  // namespace clipscope
