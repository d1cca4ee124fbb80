// A figure inside something larger: as SVG to stand in a page, or painted into a rectangle of a printed one. As figure_export.h in all
// else.
#pragma once

#include <QByteArray>
#include <QRectF>

#include "plots/figure_export.h"

class QCPPainter;

namespace clipscope {

// A whole SVG document.
QByteArray figure_svg(const FigureDraw& draw, const FigureSize& size);

// Fills the rectangle, in the painter's coordinates; the figure is laid out for its size and then scaled, so both should have one shape.
void paint_figure(const FigureDraw& draw, const FigureSize& size, QCPPainter& painter, const QRectF& where);

}  // namespace clipscope
