// How the figures of `clipscope --render` are to be drawn, as the command line says it.
#pragma once

#include <QString>
#include <QStringList>
#include <optional>

#include "figures/figure_style.h"

namespace clipscope {

// As typed; empty: nothing was said.
struct FigureOptions {
    QString style;  // a JSON file; the other options win over it
    QString preset;
    QString width;  // "88mm", "8.8cm", "3.5in", "250pt"; a number alone is millimetres
    QString height;
    QString font;
    QString font_size;  // points
    QString curves;     // "CONV-1,FC-1": these and no others, in this order
    bool no_title = false;
    QString title;
    QString legend;
    QString formats;  // "pdf,pgf,svg,png,py"
    QString dpi;

    bool operator==(const FigureOptions&) const = default;
};

struct FigureRequest {
    std::optional<FigureStyle> style;  // nothing: figures as they are drawn without one
    QStringList formats;               // "png", "pdf", "svg", "pgf"; "py": numbers as CSV, and a script for matplotlib
    QStringList curves;                // that were asked for

    // Whether a figure of this curve alone is wanted.
    bool leaves_out(const QString& curve) const;
};

// Throws UsageError, and Error where the style's file cannot be read.
FigureRequest figure_request(const FigureOptions& options);

// "88mm" in millimetres. Throws UsageError; `option` is named.
double millimetres(const QString& text, const char* option);

}  // namespace clipscope
