#include "figures/figure_page.h"

#include <qcustomplot.h>

#include <QBuffer>
#include <QFileInfo>
#include <cmath>

#include "common/error.h"
#include "figures/figure_files.h"
#include "figures/pgf_device.h"
#include "figures/styled_plot.h"
#include "figures/text_wrap.h"
#include "plots/figure_bytes.h"

namespace clipscope {
namespace {

struct Cell {
    QRect place;  // of the picture, in points on the page
    QRect caption;
    QString words;
    std::unique_ptr<QCustomPlot> plot;
};

struct Layout {
    FigureSize size;
    QSize page;  // in points
    Theme theme;
    std::vector<Cell> cells;
};

QString letter(std::size_t panel) {
    return QStringLiteral("(%1)").arg(QChar(QLatin1Char('a').unicode() + ushort(panel)));
}

FigureStyle style_of(const FigurePanel& panel, const FigureStyle& page) {
    FigureStyle style = panel.style;
    style.font = page.font;
    style.font_pt = page.font_pt;
    style.is_dark = page.is_dark;
    style.has_grid = page.has_grid;
    style.has_title = false;
    style.legend = panel.has_legend ? page.legend : LegendPlace::none;
    style.curves = page.curves.empty() ? panel.style.curves : page.curves;
    style.only_listed = page.curves.empty() ? panel.style.only_listed : page.only_listed;
    return style;
}

Layout lay_out(const FigurePage& page, const FigureStyle& style) {
    check(style);
    const int columns = std::max(1, page.columns);
    const int rows = (int(page.panels.size()) + columns - 1) / columns;
    Layout layout;
    layout.size = {style.width_mm.value_or(page.width_mm), style.height_mm.value_or(page.row_height_mm * rows), style.font_pt};
    layout.page = size_in_points(layout.size);
    layout.theme = figure_theme(style, style.font_pt);
    const int gap = 4, width = (layout.page.width() - gap * (columns - 1)) / columns, height = layout.page.height() / rows;
    const QFontMetricsF metrics(layout.theme.label_font);
    constexpr double mm_per_point = 25.4 / 72;
    for (std::size_t i = 0; i < page.panels.size(); ++i) {
        const QRect cell(int(i) % columns * (width + gap), int(i) / columns * height, width, height);
        Cell made;
        made.words =
            wrapped((page.panels.size() > 1 ? letter(i) + QLatin1Char(' ') : QString()) + page.panels[i].caption, metrics, width - 4);
        const int words_height = int(std::ceil(double(made.words.count(QLatin1Char('\n')) + 1) * metrics.lineSpacing())) + 3;
        made.place = cell.adjusted(0, 0, 0, -words_height);
        made.caption = QRect(cell.left(), made.place.bottom() + 1, width, words_height - 2);
        FigureStyle own = style_of(page.panels[i], style);
        own.width_mm = std::max(20.0, made.place.width() * mm_per_point);
        own.height_mm = std::max(20.0, made.place.height() * mm_per_point);
        made.plot = fitted_plot(page.panels[i].figure, own);
        layout.cells.push_back(std::move(made));
    }
    return layout;
}

void paint(Layout& layout, QPaintDevice& device, double scale) {
    QCPPainter painter;
    if (!painter.begin(&device)) throw Error("The figure cannot be painted; try another format or a smaller size.");
    painter.setMode(QCPPainter::pmVectorized);
    painter.setMode(QCPPainter::pmNoCaching);
    painter.setMode(QCPPainter::pmNonCosmetic);
    painter.scale(scale, scale);
    painter.fillRect(QRect(QPoint(), layout.page), layout.theme.background);
    for (Cell& cell : layout.cells) {
        const QSize size = cell.plot->viewport().size();
        painter.save();
        painter.translate(cell.place.topLeft());
        cell.plot->toPainter(&painter, size.width(), size.height());
        painter.restore();
        painter.setClipping(false);
        painter.setFont(layout.theme.label_font);
        painter.setPen(QPen(layout.theme.text));
        painter.drawText(cell.caption, Qt::AlignHCenter | Qt::AlignTop | Qt::TextDontClip, cell.words);
    }
}

QByteArray png_of(Layout& layout, int dpi) {
    const double scale = dpi / 72.0;
    QImage image((QSizeF(layout.page) * scale).toSize(), QImage::Format_RGB32);
    image.setDotsPerMeterX(int(std::lround(dpi / 0.0254)));
    image.setDotsPerMeterY(image.dotsPerMeterX());
    paint(layout, image, scale);
    QBuffer buffer;
    buffer.open(QIODevice::WriteOnly);
    image.save(&buffer, "PNG");
    return buffer.data();
}

}  // namespace

QStringList export_page(const FigurePage& page, const FigureStyle& style, const QString& path) {
    if (page.panels.empty()) throw Error("The page " + page.name.toStdString() + " has no panels: there is nothing to draw.");
    const QString format = QFileInfo(path).suffix().toLower();
    check_format(format);
    Layout layout = lay_out(page, style);
    if (format == QLatin1String("pgf")) {
        PgfDevice device(layout.page, QFileInfo(path).completeBaseName() + QStringLiteral("-image"),
                         [](const QRectF&, bool is_turned) { return is_turned ? PgfDevice::Anchor::centre : PgfDevice::Anchor::left; });
        paint(layout, device, 1);
        return write_pgf(device, path);
    }
    const PaintPage paint_page = [&](QPaintDevice& device) { paint(layout, device, 1); };
    write_figure(format == QLatin1String("pdf")   ? pdf_page(paint_page, layout.size)
                 : format == QLatin1String("svg") ? with_exact_size(svg_page(paint_page, layout.page), layout.size)
                                                  : png_of(layout, style.dpi),
                 path);
    return {path};
}

}  // namespace clipscope
