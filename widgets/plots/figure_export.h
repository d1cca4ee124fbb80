// Writes a figure as PDF (text stays text), SVG or PNG (300 dpi). The figure is drawn anew from its value, always with the paper theme,
// never grabbed from the screen; so a panel that is hidden, zoomed or dark exports just as well, also with QT_QPA_PLATFORM=offscreen. Needs
// a QApplication; call on the GUI thread.
#pragma once

#include <QString>
#include <functional>
#include <string>

#include "theme/theme.h"

class QCustomPlot;

namespace clipscope {

// Fills an empty plot from a value.
using FigureDraw = std::function<void(QCustomPlot&, const Theme&)>;

struct FigureSize {
    double width_mm = 88;
    double height_mm = 66;
    double font_pt = 8;

    static FigureSize single_column() { return {88, 66, 8}; }
    static FigureSize double_column() { return {180, 100, 8}; }
    static FigureSize slide() { return {254, 143, 14}; }
};

// The format follows the extension (.pdf, .svg, .png, in any case); a path without one of them gets ".pdf". Returns the path written.
// Throws Error where the file cannot be written.
QString export_figure(const FigureDraw& draw, const QString& path, const FigureSize& size);

// Writes text (CSV, UTF-8) to a file; ".csv" is added where the path has no such extension. Returns the path; throws Error.
QString export_table(const std::string& csv, const QString& path);

}  // namespace clipscope
