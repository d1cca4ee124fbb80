#include "report_file.h"

#include <qcustomplot.h>

#include <QAbstractTextDocumentLayout>
#include <QBuffer>
#include <QFileInfo>
#include <QPdfWriter>
#include <QRegularExpression>
#include <QTextBlock>
#include <QTextCursor>
#include <QTextDocument>
#include <QTextObjectInterface>
#include <cmath>

#include "common/error.h"
#include "common/text_file.h"
#include "common/version.h"
#include "plots/figure_painting.h"
#include "report/study_report.h"
#include "report_figures.h"

namespace clipscope {
namespace {

constexpr double layout_dpi = 96;  // of the document, whatever the screen has
constexpr double points_per_inch = 72;
constexpr double page_width_mm = 210;
constexpr double page_height_mm = 297;
constexpr double margin_mm = 18;
constexpr double foot_mm = 8;

constexpr const char* print_style = R"css(
body { font-family: "DejaVu Sans", sans-serif; font-size: 9pt; color: #1b1b1b; }
h1 { font-size: 17pt; } h2 { font-size: 13pt; margin-top: 18px; } h3 { font-size: 10pt; margin-top: 12px; }
table { border-style: none; font-size: 7pt; margin-bottom: 10px; }
th { font-size: 7pt; text-align: left; background-color: #e4e4e4; padding: 2px 5px; }
td { font-size: 7pt; padding: 1px 5px; }
pre { font-size: 7pt; background-color: #f2f2f2; white-space: pre-wrap; }
.number { text-align: right; }
.caption { font-size: 8pt; color: #333333; margin-top: 8px; margin-bottom: 3px; }
.notice { background-color: #fdf1e7; }
.about { color: #555555; font-size: 8pt; }
)css";

double in_pixels(double millimetres) {
    return millimetres / 25.4 * layout_dpi;
}

// Figures stand in the document as images and are painted as vectors.
class FigurePainter : public QObject, public QTextObjectInterface {
    Q_OBJECT
    Q_INTERFACES(QTextObjectInterface)

public:
    explicit FigurePainter(const std::vector<ReportFigure>& figures) {
        for (const ReportFigure& figure : figures) figures_.push_back(drawn_figure(figure));
    }

    // `page`: what is painted, in the document's coordinates.
    void set_painter(QCPPainter& painter, const QRectF& page) {
        painter_ = &painter;
        page_ = page;
    }
    static QString name(std::size_t figure) { return QStringLiteral("figure:%1").arg(figure); }

    QSizeF intrinsicSize(QTextDocument*, int, const QTextFormat& format) override {
        const FigureSize& size = figure_of(format).size;
        const double width = std::min(in_pixels(size.width_mm), in_pixels(page_width_mm - 2 * margin_mm));
        return {width, width * size.height_mm / size.width_mm};
    }

    void drawObject(QPainter*, const QRectF& where, QTextDocument*, int, const QTextFormat& format) override {
        // A figure never lies on two pages, but a page is asked to paint what begins at its end.
        if (painter_ && page_.contains(where.center())) paint_figure(figure_of(format).draw, figure_of(format).size, *painter_, where);
    }

private:
    const DrawnFigure& figure_of(const QTextFormat& format) const {
        return figures_.at(format.toImageFormat().name().section(QLatin1Char(':'), 1).toUInt());
    }

    std::vector<DrawnFigure> figures_;
    QCPPainter* painter_ = nullptr;
    QRectF page_;
};

void fill(QTextDocument& document, const Report& report) {
    std::vector<std::string> figures;
    for (std::size_t i = 0; i < report.figures.size(); ++i) figures.push_back("<img src=\"" + FigurePainter::name(i).toStdString() + "\">");
    document.setUseDesignMetrics(true);
    document.setDocumentMargin(0);
    document.setDefaultStyleSheet(QString::fromLatin1(print_style));
    QString html = QString::fromStdString(with_figures(report, figures));
    // To Qt small is small beside the document's font.
    html.replace(QLatin1String("<small>"), QLatin1String("<span style=\"font-size: 6pt; color: #555555\">"));
    html.replace(QLatin1String("</small>"), QLatin1String("</span>"));
    // Qt reads these of a table from its attributes alone.
    html.replace(QLatin1String("<table "), QLatin1String("<table border=\"0\" cellspacing=\"0\" cellpadding=\"2\" "));
    html.replace(QLatin1String("<th class=\"number\">"), QLatin1String("<th class=\"number\" align=\"right\">"));
    html.replace(QLatin1String("<td class=\"number\">"), QLatin1String("<td class=\"number\" align=\"right\">"));
    document.setHtml(QStringLiteral("<html><body>%1</body></html>").arg(html));
    document.setPageSize({in_pixels(page_width_mm - 2 * margin_mm), in_pixels(page_height_mm - 2 * margin_mm - foot_mm)});
}

// A heading, or a table's caption, is no page's last line.
bool belongs_to_next(const QTextBlock& block) {
    return block.blockFormat().headingLevel() > 0 || block.text().startsWith(QLatin1String("Table "));
}

void keep_together(QTextDocument& document) {
    const auto page_of = [&](double y) { return int(y / document.pageSize().height()); };
    constexpr int most_breaks = 200;
    int breaks = 0;
    for (QTextBlock block = document.begin(); block.isValid() && breaks < most_breaks; block = block.next()) {
        const QTextBlock next = block.next();
        if (!next.isValid() || !belongs_to_next(block)) continue;
        const auto& layout = *document.documentLayout();
        if (page_of(layout.blockBoundingRect(block).top()) == page_of(layout.blockBoundingRect(next).bottom() - 1)) continue;
        QTextBlock first = block;
        while (first.previous().isValid() && belongs_to_next(first.previous())) first = first.previous();
        if (first.blockFormat().pageBreakPolicy() != QTextFormat::PageBreak_Auto) continue;
        QTextBlockFormat format = first.blockFormat();
        format.setPageBreakPolicy(QTextFormat::PageBreak_AlwaysBefore);
        QTextCursor(first).setBlockFormat(format);
        document.markContentsDirty(0, document.characterCount());
        ++breaks;
    }
}

void print_pages(QTextDocument& document, QPdfWriter& writer, FigurePainter& figures, const QString& foot) {
    QCPPainter painter;
    if (!painter.begin(&writer)) throw Error("The report cannot be printed: there is no room for it in memory.");
    const QSizeF page = document.pageSize();
    QFont font(QStringLiteral("DejaVu Sans"));
    font.setPixelSize(9);
    for (int i = 0; i < document.pageCount(); ++i) {
        if (i > 0) writer.newPage();
        painter.save();
        painter.scale(writer.resolution() / layout_dpi, writer.resolution() / layout_dpi);
        painter.translate(in_pixels(margin_mm), in_pixels(margin_mm));
        painter.setFont(font);
        painter.setPen(QColor(0x55, 0x55, 0x55));
        const QRectF line(0, page.height() + in_pixels(foot_mm / 2), page.width(), in_pixels(foot_mm));
        painter.drawText(line, Qt::AlignLeft, foot);
        painter.drawText(line, Qt::AlignRight, QStringLiteral("%1 / %2").arg(i + 1).arg(document.pageCount()));
        painter.translate(0, -i * page.height());
        painter.setPen(Qt::black);
        const QRectF part(0, i * page.height(), page.width(), page.height());
        figures.set_painter(painter, part);
        document.drawContents(&painter, part);
        painter.restore();
    }
}

// Qt writes when the file was made and, since 6.8, a random name of it, which the content does not depend on. All keeps its length.
void forget_making(QByteArray& pdf) {
    const QString text = QString::fromLatin1(pdf);
    static const QRegularExpression dates(
        QStringLiteral("(?:CreationDate|ModDate) \\(D:(\\d{14})|xmp:\\w+Date=\"(\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d)"));
    for (auto found = dates.globalMatch(text); found.hasNext();) {
        const QRegularExpressionMatch match = found.next();
        const bool is_short = match.hasCaptured(1);
        const QByteArray date = is_short ? QByteArrayLiteral("20000101000000") : QByteArrayLiteral("2000-01-01T00:00:00");
        pdf.replace(match.capturedStart(is_short ? 1 : 2), date.size(), date);
    }
    static const QRegularExpression name(QStringLiteral("DocumentID=\"uuid:([0-9a-f-]{36})\""));
    if (const QRegularExpressionMatch match = name.match(text); match.hasMatch()) {
        const QByteArray random = match.captured(1).toLatin1(), fixed = QByteArrayLiteral("636c6970-7363-5f70-8572-65706f727400");
        pdf.replace(random, fixed);
        pdf.replace(random.toHex(), fixed.toHex());
    }
}

QByteArray report_pdf(const Report& report) {
    QBuffer buffer;
    buffer.open(QIODevice::WriteOnly);
    QPdfWriter writer(&buffer);
    writer.setCreator(QStringLiteral("ClipScope %1").arg(QString::fromLatin1(version())));
    writer.setTitle(QString::fromStdString(report.title));
    writer.setResolution(int(10 * points_per_inch));
    writer.setPageSize(QPageSize(QPageSize::A4));
    writer.setPageMargins(QMarginsF());
    QImage paper(1, 1, QImage::Format_RGB32);
    paper.setDotsPerMeterX(int(std::lround(layout_dpi / 0.0254)));
    paper.setDotsPerMeterY(int(std::lround(layout_dpi / 0.0254)));
    QTextDocument document;
    FigurePainter figures(report.figures);
    document.documentLayout()->setPaintDevice(&paper);
    document.documentLayout()->registerHandler(QTextFormat::ImageObject, &figures);
    fill(document, report);
    keep_together(document);
    print_pages(document, writer, figures, QString::fromStdString(report.title));
    QByteArray pdf = buffer.data();
    forget_making(pdf);
    return pdf;
}

bool is_pdf(const QString& path) {
    return QFileInfo(path).suffix().compare(QLatin1String("pdf"), Qt::CaseInsensitive) == 0;
}

}  // namespace

void check_report_path(const QString& path) {
    const QString ending = QFileInfo(path).suffix().toLower();
    if (ending == QLatin1String("html") || ending == QLatin1String("htm") || ending == QLatin1String("pdf")) return;
    throw UsageError("A report is a page or a PDF: '" + path.toStdString() + "' must end in .html or .pdf.");
}

void write_report(const QString& study, const ReportOptions& options, const QString& path) {
    check_report_path(path);
    const auto report = make_report(study.toStdString(), options);
    if (!report) return;
    if (is_pdf(path)) return write_text_file(path.toStdString(), report_pdf(*report).toStdString());
    std::vector<std::string> figures;
    for (std::size_t i = 0; i < report->figures.size(); ++i) figures.push_back(inline_svg(report->figures[i], i));
    write_text_file(path.toStdString(), report_page(*report, figures));
}

}  // namespace clipscope

#include "report_file.moc"
