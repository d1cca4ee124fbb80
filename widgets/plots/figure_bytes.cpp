#include "plots/figure_bytes.h"

#include <qcustomplot.h>

#include <QBuffer>
#include <QPageSize>
#include <QPdfWriter>
#include <QSaveFile>
#include <QSvgGenerator>
#include <cmath>

#include "common/error.h"
#include "common/version.h"

namespace clipscope {

QSize size_in_points(const FigureSize& size) {
    constexpr double points_per_mm = 72 / 25.4;
    return {int(std::lround(size.width_mm * points_per_mm)), int(std::lround(size.height_mm * points_per_mm))};
}

void draw_figure(QCustomPlot& plot, const FigureDraw& draw, const FigureSize& size) {
    const QSize points = size_in_points(size);
    plot.resize(points);
    plot.setViewport(QRect(QPoint(), points));
    draw(plot, Theme::for_paper(size.font_pt));
}

void paint_figure(QCustomPlot& plot, QPaintDevice& device) {
    QCPPainter painter;
    if (!painter.begin(&device)) throw Error("The figure cannot be painted; try another format or a smaller size.");
    paint_figure(plot, painter);
}

void paint_figure(QCustomPlot& plot, QCPPainter& painter) {
    const QSize size = plot.viewport().size();
    painter.setMode(QCPPainter::pmVectorized);
    painter.setMode(QCPPainter::pmNoCaching);
    painter.setMode(QCPPainter::pmNonCosmetic);
    plot.toPainter(&painter, size.width(), size.height());
}

QByteArray pdf_page(const PaintPage& paint, const FigureSize& millimetres) {
    QBuffer buffer;
    buffer.open(QIODevice::WriteOnly);
    QPdfWriter writer(&buffer);
    writer.setCreator(QStringLiteral("ClipScope %1").arg(QString::fromLatin1(version())));
    writer.setResolution(72);
    writer.setPageMargins(QMarginsF());
    writer.setPageSize(QPageSize(QSizeF(millimetres.width_mm, millimetres.height_mm), QPageSize::Millimeter, {}, QPageSize::ExactMatch));
    paint(writer);
    return buffer.data();
}

QByteArray svg_page(const PaintPage& paint, const QSize& points) {
    QBuffer buffer;
    buffer.open(QIODevice::WriteOnly);
    QSvgGenerator generator;
    generator.setOutputDevice(&buffer);
    generator.setResolution(72);
    generator.setSize(points);
    generator.setViewBox(QRect(QPoint(), points));
    generator.setTitle(QStringLiteral("ClipScope"));
    paint(generator);
    return buffer.data();
}

QByteArray pdf_bytes(QCustomPlot& plot, const FigureSize& millimetres) {
    return pdf_page([&](QPaintDevice& device) { paint_figure(plot, device); }, millimetres);
}

QByteArray svg_bytes(QCustomPlot& plot) {
    return svg_page([&](QPaintDevice& device) { paint_figure(plot, device); }, plot.viewport().size());
}

QByteArray png_bytes(QCustomPlot& plot, double dpi) {
    const QSize size = plot.viewport().size();
    QImage image = plot.toPixmap(size.width(), size.height(), dpi / 72).toImage();
    const int dots_per_metre = int(std::lround(dpi / 0.0254));
    image.setDotsPerMeterX(dots_per_metre);
    image.setDotsPerMeterY(dots_per_metre);
    QBuffer buffer;
    buffer.open(QIODevice::WriteOnly);
    image.save(&buffer, "PNG");
    return buffer.data();
}

void write_figure(const QByteArray& bytes, const QString& path) {
    QSaveFile file(path);
    if (!file.open(QIODevice::WriteOnly) || file.write(bytes) != bytes.size() || !file.commit())
        throw Error("Cannot write " + path.toStdString() + " (" + file.errorString().toStdString() +
                    "); choose a folder that exists and that you may write to.");
}

}  // namespace clipscope
