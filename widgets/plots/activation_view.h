// How the values of one activation site are distributed, without faults and with them (FT-ClipAct, Fig. 3), as a value, and the pure
// functions that draw it and write it as CSV. The value axis is logarithmic on both sides of zero (value_axis.h); heights are fractions of
// all values, non-finite ones included, which have no place on the axis and are counted in badges.
#pragma once

#include <QString>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "clipping/activation_histogram.h"
#include "plots/figure_export.h"
#include "theme/theme.h"

class QCustomPlot;

namespace clipscope {

struct ActivationView {
    QString title;
    bool show_title = true;
    std::shared_ptr<const ActivationHistogram> clean;  // null: not measured
    std::shared_ptr<const ActivationHistogram> faulty;
    QString faulty_name;           // what the legend adds to "faulty": "10⁻⁶ in CONV-4"
    std::optional<float> act_max;  // labelled lines
    std::optional<float> threshold;
    std::optional<float> by_hand;  // a threshold that is being tried: what lies beyond it is shaded
    bool log_count = true;  // fractions on a logarithmic axis
    bool counts_no_nonfinite = true;  // says so where none is non-finite
    // A part of the picture in axis units (value_axis.h; log10 of fractions, or fractions); empty: everything that holds values.
    std::optional<std::pair<double, double>> x_range;
    std::optional<std::pair<double, double>> y_range;
};

// The share of all values that a threshold cuts off: greater magnitudes, NaN and infinity. Within the threshold's own bin as if magnitudes
// were spread evenly over its logarithm, so nearly.
double share_cut_off(const ActivationHistogram& histogram, double threshold);
// "≈ 1.2 %"; "nothing" where none is.
QString cut_off_text(const ActivationHistogram& histogram, double threshold);

// True if there is at least one value.
bool has_values(const ActivationView& view);

// Replaces everything in the plot by the view, without replotting. Outlines carry the property "series": 0 clean, 1 faulty.
void draw(const ActivationView& view, const Theme& theme, QCustomPlot& plot);

// A line per bin that holds something: histogram,lower,upper,count,fraction; then the non-finite values: histogram,nan,,count,fraction,
// likewise "inf" and "-inf".
std::string to_csv(const ActivationView& view);

// PDF, SVG or PNG by the extension; see figure_export.h. Returns the path written; throws Error.
QString export_figure(const ActivationView& view, const QString& path, const FigureSize& size = FigureSize::double_column());

}  // namespace clipscope
