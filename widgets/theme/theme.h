// Colours and fonts of everything ClipScope draws: a plain value, so that the same pure function draws a panel on a light or dark desktop
// and a figure for print. Lengths are in the units of the plot: device-independent pixels on the screen, points (1/72 inch) on paper.
#pragma once

#include <QColor>
#include <QFont>
#include <QList>
#include <QPalette>

namespace clipscope {

enum class Marker { circle, square, triangle, diamond, triangle_down, plus, cross, star };

// How one series looks. Colour, dash and marker all differ between neighbours, so that none of them alone has to tell series apart.
struct SeriesStyle {
    QColor color;         // Okabe-Ito, lightened or darkened where the background asks for it
    QList<qreal> dashes;  // in pen widths, as QPen::setDashPattern takes them; empty: solid
    Marker marker = Marker::circle;
    bool filled = true;  // the marker
};

struct Theme {
    QColor background;
    QColor text;
    QColor muted;  // secondary text, reference lines
    QColor axis;
    QColor grid;
    QColor accent;  // selections, spark bars
    QColor error;   // validation messages
    QFont title_font;
    QFont label_font;   // axis labels, legend
    QFont number_font;  // tick labels: tabular figures
    double line_width = 1;
    double strong_line_width = 2;
    double marker_size = 6;
    bool dark = false;
    bool paper = false;

    // Follows the desktop's palette, light or dark.
    static Theme screen(const QPalette& palette, const QFont& font);
    // White, black axes, a font of `font_pt` points (as pixels: a figure's unit is the point).
    static Theme for_paper(double font_pt);
};

// The style of series `index` (>= 0). No two of the first 56 are alike; after those they begin again.
SeriesStyle series_style(int index, const Theme& theme);

// The style of an accuracy curve: the colour tells the layer (its place in the network; negative: the network as a whole, the text's
// colour), dash and marker tell the format or the protection. Colours of layers seven apart are shades of one another, their markers filled
// in turn; no two of the first 42 layers are alike.
SeriesStyle curve_style(int layer, int variant, const Theme& theme);

// `color` at `strength` (0...1) over the background, opaque: translucent pens are slow and print badly.
QColor faded(const QColor& color, const Theme& theme, double strength);

// What a desktop's palette lacks, for QApplication::setPalette: hints (placeholder text) that can be read on its background. Some
// desktops leave them black on black.
QPalette readable_hints(const QPalette& palette);

// `base` if all its figures have the same width, otherwise a face whose figures have.
QFont tabular(const QFont& base);

}  // namespace clipscope
