#include "figures/figure_files.h"

#include <qcustomplot.h>

#include <QBuffer>
#include <QClipboard>
#include <QDir>
#include <QFileInfo>
#include <QGuiApplication>
#include <QMimeData>
#include <QRegularExpression>

#include "common/error.h"
#include "figures/matplotlib_script.h"
#include "figures/pgf_device.h"
#include "files/file_to_write.h"
#include "plots/figure_bytes.h"

namespace clipscope {
namespace {

// Texts keep the side that they lean on: names of a legend their left edge, numbers at the left axis their right one.
PgfDevice::Anchor anchor_in(const QCustomPlot& plot, const QRectF& box, bool is_turned) {
    if (is_turned) return PgfDevice::Anchor::centre;
    if (plot.legend->visible() && plot.legend->outerRect().contains(box.center().toPoint())) return PgfDevice::Anchor::left;
    const QRect axes = plot.axisRect()->rect();
    if (box.right() <= axes.left() + 1) return PgfDevice::Anchor::right;
    if (box.left() >= axes.right() - 1 || axes.contains(box.center().toPoint())) return PgfDevice::Anchor::left;
    return PgfDevice::Anchor::centre;
}

QStringList write_plot_as_pgf(QCustomPlot& plot, const QString& path) {
    PgfDevice device(plot.viewport().size(), QFileInfo(path).completeBaseName() + QStringLiteral("-image"),
                     [&plot](const QRectF& box, bool is_turned) { return anchor_in(plot, box, is_turned); });
    paint_figure(plot, device);
    return write_pgf(device, path);
}

}  // namespace

const QStringList& figure_formats() {
    static const QStringList formats{QStringLiteral("pdf"), QStringLiteral("svg"), QStringLiteral("png"), QStringLiteral("pgf")};
    return formats;
}

void check_format(const QString& format) {
    if (!figure_formats().contains(format))
        throw UsageError("A figure cannot be written as '" + format.toStdString() + "'; there are " +
                         figure_formats().join(QStringLiteral(", ")).toStdString() + ".");
}

QByteArray with_exact_size(const QByteArray& bytes, const FigureSize& size) {
    QString svg = QString::fromUtf8(bytes);
    static const QRegularExpression first_size(QStringLiteral("<svg width=\"[^\"]*\" height=\"[^\"]*\""));
    const QRegularExpressionMatch match = first_size.match(svg);
    if (match.hasMatch())
        svg.replace(match.capturedStart(), match.capturedLength(),
                    QStringLiteral("<svg width=\"%1mm\" height=\"%2mm\"").arg(size.width_mm).arg(size.height_mm));
    return svg.toUtf8();
}

QStringList write_pgf(const PgfDevice& device, const QString& path) {
    QStringList written{path};
    for (const PgfDevice::NamedImage& image : device.images()) {
        QBuffer buffer;
        buffer.open(QIODevice::WriteOnly);
        image.image.save(&buffer, "PNG");
        written << QFileInfo(path).path() + QLatin1Char('/') + image.name;
        write_figure(buffer.data(), written.last());
    }
    write_figure(device.pgf(), path);
    return written;
}

QStringList existing_exports(const QString& path) {
    const QFileInfo file(path);
    const QString stem = file.path() + QLatin1Char('/') + file.completeBaseName();
    QStringList paths{path};
    if (file.suffix() == QLatin1String("csv")) paths << stem + QStringLiteral(".py");
    if (file.suffix() == QLatin1String("pgf"))
        for (const QString& image : QDir(file.path()).entryList({file.completeBaseName() + QStringLiteral("-image*.png")}))
            paths << file.path() + QLatin1Char('/') + image;
    return existing_files(paths);
}

QStringList export_figure(const Figure& figure, const FigureStyle& style, const QString& path) {
    const QString format = QFileInfo(path).suffix().toLower();
    check_format(format);
    const auto plot = fitted_plot(figure, style);
    if (format == QLatin1String("pgf")) return write_plot_as_pgf(*plot, path);
    const FigureSize size = size_of(figure, style);
    write_figure(format == QLatin1String("pdf")   ? pdf_bytes(*plot, size)
                 : format == QLatin1String("svg") ? with_exact_size(svg_bytes(*plot), size)
                                                  : png_bytes(*plot, style.dpi),
                 path);
    return {path};
}

QByteArray svg_of(const Figure& figure, const FigureStyle& style) {
    return with_exact_size(svg_bytes(*fitted_plot(figure, style)), size_of(figure, style));
}

QByteArray png_of(const Figure& figure, const FigureStyle& style) {
    return png_bytes(*fitted_plot(figure, style), style.dpi);
}

QStringList export_numbers(const Figure& figure, const FigureStyle& style, const QString& stem) {
    QStringList written{stem + QStringLiteral(".csv")};
    write_figure(QByteArray::fromStdString(figure.csv()), written.last());
    const std::string script = matplotlib_script(figure, style);
    if (script.empty()) return written;
    written << stem + QStringLiteral(".py");
    write_figure(QByteArray::fromStdString(script), written.last());
    return written;
}

void copy_figure(const Figure& figure, const FigureStyle& style) {
    auto* data = new QMimeData;
    const QByteArray png = png_of(figure, style);
    data->setImageData(QImage::fromData(png));
    data->setData(QStringLiteral("image/png"), png);
    data->setData(QStringLiteral("image/svg+xml"), svg_of(figure, style));
    QGuiApplication::clipboard()->setMimeData(data);
}

}  // namespace clipscope
