#include "plots/figure_export.h"

#include <qcustomplot.h>

#include <QBuffer>
#include <QFileInfo>
#include <QPageSize>
#include <QPdfWriter>
#include <QSaveFile>
#include <QSvgGenerator>
#include <cmath>

#include "common/error.h"
#include "common/version.h"
#include "plots/figure_painting.h"

namespace clipscope {

namespace {

constexpr double points_per_mm = 72 / 25.4;
constexpr double png_dpi = 300;

// A figure's unit is the point: fonts by pixel size and pens come out as on the printed page.
QSize size_in_points(const FigureSize& size) {
    return {int(std::lround(size.width_mm * points_per_mm)), int(std::lround(size.height_mm * points_per_mm))};
}

void paint(QCustomPlot& plot, QCPPainter& painter, const QSize& size) {
    painter.setMode(QCPPainter::pmVectorized);
    painter.setMode(QCPPainter::pmNoCaching);
    painter.setMode(QCPPainter::pmNonCosmetic);
    plot.toPainter(&painter, size.width(), size.height());
}

void paint(QCustomPlot& plot, QPaintDevice& device, const QSize& size) {
    QCPPainter painter;
    if (!painter.begin(&device)) throw Error("The figure cannot be painted; try another format or a smaller size.");
    paint(plot, painter, size);
}

void lay_out(QCustomPlot& plot, const FigureDraw& draw, const FigureSize& size) {
    const QSize points = size_in_points(size);
    plot.resize(points);
    plot.setViewport(QRect(QPoint(), points));
    draw(plot, Theme::for_paper(size.font_pt));
}

QByteArray pdf(QCustomPlot& plot, const FigureSize& millimetres, const QSize& size) {
    QBuffer buffer;
    buffer.open(QIODevice::WriteOnly);
    QPdfWriter writer(&buffer);
    writer.setCreator(QStringLiteral("ClipScope %1").arg(QString::fromLatin1(version())));
    writer.setResolution(72);
    writer.setPageMargins(QMarginsF());
    writer.setPageSize(QPageSize(QSizeF(millimetres.width_mm, millimetres.height_mm), QPageSize::Millimeter, {}, QPageSize::ExactMatch));
    paint(plot, writer, size);
    return buffer.data();
}

QByteArray svg(QCustomPlot& plot, const QSize& size) {
    QBuffer buffer;
    buffer.open(QIODevice::WriteOnly);
    QSvgGenerator generator;
    generator.setOutputDevice(&buffer);
    generator.setResolution(72);
    generator.setSize(size);
    generator.setViewBox(QRect(QPoint(), size));
    generator.setTitle(QStringLiteral("ClipScope"));
    paint(plot, generator, size);
    return buffer.data();
}

QByteArray png(QCustomPlot& plot, const QSize& size) {
    QImage image = plot.toPixmap(size.width(), size.height(), png_dpi / 72).toImage();
    const int dots_per_metre = int(std::lround(png_dpi / 0.0254));
    image.setDotsPerMeterX(dots_per_metre);
    image.setDotsPerMeterY(dots_per_metre);
    QBuffer buffer;
    buffer.open(QIODevice::WriteOnly);
    image.save(&buffer, "PNG");
    return buffer.data();
}

// All or nothing: a failed write leaves an earlier file as it was.
void write(const QByteArray& bytes, const QString& path) {
    QSaveFile file(path);
    if (!file.open(QIODevice::WriteOnly) || file.write(bytes) != bytes.size() || !file.commit())
        throw Error("Cannot write " + path.toStdString() + " (" + file.errorString().toStdString() +
                    "); choose a folder that exists and that you may write to.");
}

}  // namespace

const std::vector<FigurePreset>& figure_presets() {
    static const std::vector<FigurePreset> presets{{QStringLiteral("Single column, 88 mm"), FigureSize::single_column()},
                                                   {QStringLiteral("Double column, 180 mm"), FigureSize::double_column()},
                                                   {QStringLiteral("Slide, 16:9"), FigureSize::slide()}};
    return presets;
}

QString export_figure(const FigureDraw& draw, const QString& path, const FigureSize& size) {
    if (!(size.width_mm >= 20 && size.width_mm <= 1000 && size.height_mm >= 20 && size.height_mm <= 1000))
        throw UsageError("A figure must be 20 to 1000 mm wide and high.");
    if (!(size.font_pt >= 4 && size.font_pt <= 48)) throw UsageError("A figure's font must have 4 to 48 points.");
    QString target = path;
    QString format = QFileInfo(path).suffix().toLower();
    if (format != QLatin1String("pdf") && format != QLatin1String("svg") && format != QLatin1String("png")) {
        format = QStringLiteral("pdf");
        target += QStringLiteral(".pdf");
    }
    const QSize points = size_in_points(size);
    QCustomPlot plot;
    lay_out(plot, draw, size);
    QByteArray bytes;
    if (format == QLatin1String("pdf"))
        bytes = pdf(plot, size, points);
    else if (format == QLatin1String("svg"))
        bytes = svg(plot, points);
    else
        bytes = png(plot, points);
    write(bytes, target);
    return target;
}

QByteArray figure_svg(const FigureDraw& draw, const FigureSize& size) {
    QCustomPlot plot;
    lay_out(plot, draw, size);
    return svg(plot, size_in_points(size));
}

void paint_figure(const FigureDraw& draw, const FigureSize& size, QCPPainter& painter, const QRectF& where) {
    QCustomPlot plot;
    lay_out(plot, draw, size);
    const QSize points = size_in_points(size);
    painter.save();
    painter.translate(where.topLeft());
    painter.scale(where.width() / points.width(), where.height() / points.height());
    paint(plot, painter, points);
    painter.restore();
}

QString export_table(const std::string& csv, const QString& path) {
    const bool has_extension = QFileInfo(path).suffix().compare(QLatin1String("csv"), Qt::CaseInsensitive) == 0;
    const QString target = has_extension ? path : path + QStringLiteral(".csv");
    write(QByteArray::fromStdString(csv), target);
    return target;
}

}  // namespace clipscope
