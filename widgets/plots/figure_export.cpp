#include "plots/figure_export.h"

#include <qcustomplot.h>

#include <QFileInfo>

#include "common/error.h"
#include "plots/figure_bytes.h"

namespace clipscope {

namespace {

constexpr double png_dpi = 300;

}  // namespace

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
    QCustomPlot plot;
    draw_figure(plot, draw, size);
    QByteArray bytes;
    if (format == QLatin1String("pdf"))
        bytes = pdf_bytes(plot, size);
    else if (format == QLatin1String("svg"))
        bytes = svg_bytes(plot);
    else
        bytes = png_bytes(plot, png_dpi);
    write_figure(bytes, target);
    return target;
}

QString export_table(const std::string& csv, const QString& path) {
    const bool has_extension = QFileInfo(path).suffix().compare(QLatin1String("csv"), Qt::CaseInsensitive) == 0;
    const QString target = has_extension ? path : path + QStringLiteral(".csv");
    write_figure(QByteArray::fromStdString(csv), target);
    return target;
}

}  // namespace clipscope
