#include "plots/figure_painting.h"

#include <qcustomplot.h>

#include "plots/figure_bytes.h"

namespace clipscope {

QByteArray figure_svg(const FigureDraw& draw, const FigureSize& size) {
    QCustomPlot plot;
    draw_figure(plot, draw, size);
    return svg_bytes(plot);
}

void paint_figure(const FigureDraw& draw, const FigureSize& size, QCPPainter& painter, const QRectF& where) {
    QCustomPlot plot;
    draw_figure(plot, draw, size);
    const QSize points = size_in_points(size);
    painter.save();
    painter.translate(where.topLeft());
    painter.scale(where.width() / points.width(), where.height() / points.height());
    paint_figure(plot, painter);
    painter.restore();
}

}  // namespace clipscope
