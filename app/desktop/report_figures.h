// The figures of a report (report/report_writer.h), drawn.
#pragma once

#include <vector>

#include "plots/figure_export.h"
#include "report/report_writer.h"

namespace clipscope {

struct DrawnFigure {
    FigureDraw draw;
    FigureSize size;
};
DrawnFigure drawn_figure(const ReportFigure& figure);

// To stand in a page among others: no prologue, and no name that another figure has too. Accessible under the figure's title.
std::string inline_svg(const ReportFigure& figure, std::size_t place);

}  // namespace clipscope
