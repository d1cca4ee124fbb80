// Accuracy against fault rate as a value, and the pure functions that draw it and write it as CSV: the panel, the exported figures, the
// command line and the tests share them. Accuracies are fractions 0...1 here and percent in the picture; rates are per stored bit.
#pragma once

#include <QString>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "campaign/accuracy_curves.h"
#include "plots/figure_export.h"
#include "theme/theme.h"

class QCustomPlot;

namespace clipscope {

// One curve; keep the order while results come in (empty series are fine).
struct AccuracySeries {
    static constexpr int whole_network = -1;

    QString name;                    // "CONV-1", as the layer table names it
    std::vector<CurvePoint> points;  // ascending by rate
    std::optional<int> layer{};      // its place in the network, or whole_network: the colour; nothing: the position in the view
    int variant = 0;                 // the format or the protection: dash and marker
};

// The accuracy without faults of the curves that share it.
struct CleanAccuracy {
    double accuracy = 0;
    QString name{};  // whose: "int8"; empty where all curves share it
};

// Which series get box plots (quartiles, median, whiskers to minimum and maximum).
enum class BoxPlots {
    automatic,  // the emphasised series; without one, all as long as there are at most two
    all,
    none
};

struct AccuracyView {
    QString title;
    bool show_title = true;  // in the picture; a panel has its own title
    std::vector<AccuracySeries> series;
    std::vector<CleanAccuracy> clean;  // a dashed line each, labelled beside the axes where nothing else is
    QString emphasised;         // name of the series drawn strong ("CONV-1 · int8" too by "CONV-1"), the others pale; empty: all alike
    std::vector<double> rates;  // of the whole study, so that the axis stands still while points come in
    PointAxis axis = PointAxis::fault_rate;
    NumberFormat format{};  // whose bits the positions are, where the axis has those
    BoxPlots box_plots = BoxPlots::automatic;
    bool show_markers = true;
    bool show_interval = false;  // 95 % interval of the mean as error bars
    // A part of the picture, in axis units (position of a rate, percent), as chosen by zooming; empty: everything, 0...100 %.
    std::optional<std::pair<double, double>> x_range;
    std::optional<std::pair<double, double>> y_range;
};

// Where rates lie on the axis: log10(rate); rate 0 in a slot of its own, left of the smallest positive rate. Bit positions lie at their
// negative, so that the highest is on the left, as numbers are written.
class RatePositions {
public:
    explicit RatePositions(const AccuracyView& view);

    double operator()(double rate) const;
    bool has_zero() const { return has_zero_; }
    double zero_slot() const { return zero_slot_; }
    double first_positive() const { return first_; }
    double smallest_gap() const { return smallest_gap_; }  // between neighbours, at most 1
    std::pair<double, double> range() const;               // with a margin on both sides

private:
    bool is_linear_ = false;  // bit positions
    bool has_zero_ = false;
    double zero_slot_ = 0;
    double first_ = 0;
    double last_ = 0;
    double smallest_gap_ = 1;
};

// "10⁻⁶", "5×10⁻⁷", "0"
QString rate_label(double rate);

// "64": a number of faults.
QString count_label(double count);

// "unprotected", "clipped at ACT_max", "clipped at tuned T": the configurations of a comparison, in legends and tables.
QString protection_name(const Protection& protection);

// True if there is at least one point.
bool has_points(const AccuracyView& view);

// How a series is drawn.
SeriesStyle style_of(const AccuracyView& view, std::size_t series, const Theme& theme);

// Replaces everything in the plot by the view, without replotting. Plottables carry the property "series" (the index in the view).
void draw(const AccuracyView& view, const Theme& theme, QCustomPlot& plot);

// One line a point: series,rate,trials,faults_mean,mean,sd,min,q1,median,q3,max,ci95_low,ci95_high,top5_mean,sdc_mean,due_mean
std::string to_csv(const AccuracyView& view);

// PDF, SVG or PNG by the extension; see figure_export.h. Returns the path written; throws Error.
QString export_figure(const AccuracyView& view, const QString& path, const FigureSize& size = FigureSize::double_column());

}  // namespace clipscope
