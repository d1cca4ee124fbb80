// Several figures as panels (a), (b), (c) of one page, as papers arrange them: a grid, each panel fitted to its cell. GUI thread.
#pragma once

#include <QString>
#include <QStringList>
#include <vector>

#include "figures/figure.h"

namespace clipscope {

struct FigurePanel {
    Figure figure;
    QString caption;      // below it, behind its letter
    FigureStyle style{};  // what is this panel's own: its boxes, its title; page, font and legend are the page's
    bool has_legend = true;  // false: the caption says it all
};

struct FigurePage {
    QString name;     // "figure-7": of the file
    int columns = 1;  // filled row by row
    double width_mm = 181;
    double row_height_mm = 55;
    std::vector<FigurePanel> panels;
};

// In the format of the path's extension; the style's size counts for the whole page. Returns what was written. Throws Error, UsageError.
QStringList export_page(const FigurePage& page, const FigureStyle& style, const QString& path);

}  // namespace clipscope
