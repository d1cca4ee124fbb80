// Parts that several pictures share: lines and areas cut to what is visible, labelled reference lines, badges.
//
// `visible` is the part of the plane between the axes, in axis units, the lower y in top(). What lies outside is left out only where the
// picture is a figure (theme.paper): SVG does not clip. On the screen everything is there for the user to pan to.
#pragma once

#include <qcustomplot.h>

#include <vector>

#include "theme/theme.h"

namespace clipscope {

// A polyline in axis units, its vertices in the order given. Segments that cross the border of `visible` go into a second graph.
QCPGraph* add_line(QCustomPlot& plot, const std::vector<QPointF>& points, const QPen& pen, const QRectF& visible, bool cut);

// The area between a polyline, its x ascending, and the horizontal line y = base.
QCPCurve* add_area(QCustomPlot& plot, const std::vector<QPointF>& points, double base, const QBrush& brush, const QRectF& visible,
                   bool cut);

// The area between two polylines of the same x, ascending: an interval around a curve.
struct BandPoint {
    double x = 0;
    double low = 0;
    double high = 0;
};
QCPCurve* add_band(QCustomPlot& plot, const std::vector<BandPoint>& points, const QBrush& brush, const QRectF& visible, bool cut);

// Error bars of a graph's points: one pair (down, up) per vertex, cut at the borders of `visible` where it is asked for.
QCPErrorBars* add_error_bars(QCustomPlot& plot, QCPGraph& graph, const std::vector<double>& half_lengths, const Theme& theme,
                             const QRectF& visible);

struct Mark {
    QString name;  // object name: "<name>-line", "<name>-label"
    QString text;
    QColor color;
    Qt::PenStyle style = Qt::DashLine;
    // For vertical marks, so that labels of neighbours do not meet: the line of text from the top, and the side, where there is room. For
    // horizontal ones: at which end the label stands.
    int line = 0;
    Qt::Alignment side = Qt::AlignRight;
    QColor line_color = {};  // invalid: the label's
};

// Reference lines across the whole picture, nothing where they lie outside `visible` in a figure. Returns whether there is a line.
bool add_vertical_mark(QCustomPlot& plot, const Theme& theme, double x, const Mark& mark, const QRectF& visible);
bool add_horizontal_mark(QCustomPlot& plot, const Theme& theme, double y, const Mark& mark, const QRectF& visible);

// Its line alone.
void add_level_line(QCustomPlot& plot, const Theme& theme, double y, const Mark& mark);

// Labels of horizontal lines, beside the axes on the right, where nothing else is: "clean", and below it the texts. Those that are too
// close to stand apart share a label, the highest first.
struct LevelLabel {
    double y = 0;
    QString text;
};
void add_level_labels(QCustomPlot& plot, const Theme& theme, const QString& word, std::vector<LevelLabel> labels, const QRectF& visible);

// A short text on a pale ground of this colour in the top left or right corner, `line` lines below the top; returns the item.
QCPItemText* add_badge(QCustomPlot& plot, const Theme& theme, const QString& name, const QString& text, const QColor& color,
                       Qt::Alignment side, int line);

// Height of a label line in units of the plot.
double label_height(const Theme& theme);

}  // namespace clipscope
