// How a figure for print looks, apart from what it shows: a plain value that every figure takes, kept as JSON. All of it has defaults, so
// an empty style draws what the figure is without one, but fitted to its page.
#pragma once

#include <QColor>
#include <QString>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "theme/theme.h"

namespace clipscope {

// One curve, by its name in the legend. "CONV-1" means "CONV-1 · int8" too, but a new name is for the curve of just this name.
struct CurveLook {
    QString curve;
    bool is_shown = true;
    QString name;  // in the legend; empty: its own
    std::optional<QColor> color;
    std::optional<QString> dash;  // dash_names()
    std::optional<Marker> marker;

    bool operator==(const CurveLook&) const = default;
};

// Numbers in the units of the axis' labels: rates, percent, activation values.
struct AxisStyle {
    QString label;              // empty: the figure's own
    std::optional<double> low;  // nothing: all there is
    std::optional<double> high;
    std::optional<int> ticks;            // about so many labels, 2 to 20
    std::optional<bool> is_logarithmic;  // where the figure can be drawn both ways

    bool operator==(const AxisStyle&) const = default;
};

enum class LegendPlace { automatic, above, below, right, top_left, top_right, bottom_left, bottom_right, at_curves, none };

struct FigureStyle {
    std::optional<double> width_mm;  // 20 to 1000; nothing: the figure's own
    std::optional<double> height_mm;
    QString font = QStringLiteral("sans");  // or "serif", or a family's name
    double font_pt = 8;                     // 4 to 48; drawn smaller where it does not fit
    bool is_dark = false;                   // for slides
    bool has_title = false;
    QString title;  // empty: the figure's own
    AxisStyle x;
    AxisStyle y;
    std::vector<CurveLook> curves;  // in the order of the legend; those not listed follow
    bool only_listed = false;       // or are left out
    std::optional<bool> boxes;      // box plots; nothing: as the figure has them
    std::optional<bool> bars;       // intervals as bars
    std::optional<bool> band;       // intervals as areas
    std::optional<bool> points;     // markers on lines
    LegendPlace legend = LegendPlace::automatic;
    bool has_grid = true;
    int dpi = 300;  // of PNG: 72 to 1200

    std::string others = "{}";  // as it was read: what this version does not know is written back

    bool operator==(const FigureStyle&) const = default;
};

// What journals and slides ask for.
struct StylePreset {
    QString id;    // "ieee-column"
    QString name;  // "IEEE, one column: 88 mm"
    double width_mm = 0;
    double height_mm = 0;
    double font_pt = 0;
};
const std::vector<StylePreset>& style_presets();

// Takes its size and font size. Throws UsageError that names the presets.
void apply_preset(FigureStyle& style, const QString& id);

// "solid", "dashed", ...: pen patterns as QPen takes them.
const std::vector<std::pair<QString, QList<qreal>>>& dash_names();
const std::vector<std::pair<std::string_view, Marker>>& marker_names();
const std::vector<std::pair<std::string_view, LegendPlace>>& legend_places();

// Throw UsageError that says what there is.
QList<qreal> dash_pattern(const QString& name);
LegendPlace legend_place_from_string(const std::string& text);

// Whether a look of the curve `named` speaks of the curve of this name.
bool is_meant(const QString& named, const QString& curve);

// Throws UsageError where a number is out of its range.
void check(const FigureStyle& style);

// `style` with all of another figure's style but what belongs to that figure alone: its title, and the labels and ranges of its axes.
FigureStyle with_common_part(const FigureStyle& style, const FigureStyle& other);

std::string style_to_json(const FigureStyle& style);
// Missing fields have their defaults; "preset" may name a size. Throws Error that names file and field.
FigureStyle style_from_json(const std::string& text, const std::string& file);

}  // namespace clipscope
