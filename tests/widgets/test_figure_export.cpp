#include <QImage>
#include <QProcess>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QXmlStreamReader>
#include <QtTest>

#include "common/error.h"
#include "example_view.h"

using namespace clipscope;

namespace {

QByteArray read(const QString& path) {
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

// The uncompressed contents of a PDF's streams, one after another.
QByteArray pdf_streams(const QByteArray& pdf) {
    QByteArray all;
    for (qsizetype start = pdf.indexOf("stream\n"); start >= 0; start = pdf.indexOf("stream\n", start + 7)) {
        if (start >= 3 && pdf.mid(start - 3, 3) == "end") continue;
        const qsizetype from = start + 7;
        const QByteArray packed = pdf.mid(from, pdf.indexOf("endstream", from) - from);
        // qUncompress wants the expected size in front; too small a guess is enlarged.
        all += packed.startsWith('x') ? qUncompress(QByteArray("\x00\x01\x00\x00", 4) + packed) : packed;
    }
    return all;
}

// All texts of an SVG file, and the box around all vertices of its polylines and straight-edged paths.
struct Svg {
    QStringList texts;
    QSizeF size;
    QRectF vertices;
};

Svg read_svg(const QByteArray& bytes) {
    Svg svg;
    QXmlStreamReader reader(bytes);
    const QRegularExpression pair(QStringLiteral("(-?[0-9.]+)[, ](-?[0-9.]+)"));
    while (!reader.atEnd()) {
        if (reader.readNext() != QXmlStreamReader::StartElement) continue;
        const auto attributes = reader.attributes();
        if (reader.name() == QLatin1String("svg")) {
            const QStringList box = attributes.value(QLatin1String("viewBox")).toString().split(QLatin1Char(' '));
            svg.size = QSizeF(box.value(2).toDouble(), box.value(3).toDouble());
        } else if (reader.name() == QLatin1String("text")) {
            svg.texts.append(reader.readElementText(QXmlStreamReader::IncludeChildElements).simplified());
        } else if (reader.name() == QLatin1String("polyline")) {
            for (auto match = pair.globalMatch(attributes.value(QLatin1String("points")).toString()); match.hasNext();) {
                const auto m = match.next();
                svg.vertices |= QRectF(m.captured(1).toDouble(), m.captured(2).toDouble(), 1e-3, 1e-3);
            }
        }
    }
    if (reader.hasError()) svg.texts.clear();
    return svg;
}

}  // namespace

class TestFigureExport : public QObject {
    Q_OBJECT

private:
    QTemporaryDir folder_;

    QString path(const QString& name) const { return folder_.filePath(name); }

private slots:
    void pdf_is_a_page_of_the_size_asked_for_with_text() {
        QCOMPARE(export_figure(example_view(3), path("a.pdf"), FigureSize::single_column()), path("a.pdf"));
        const QByteArray bytes = read(path("a.pdf"));
        QVERIFY(bytes.startsWith("%PDF-1."));
        QVERIFY(bytes.trimmed().endsWith("%%EOF"));
        const auto box = QRegularExpression(QStringLiteral("/MediaBox \\[0 0 ([0-9.]+) ([0-9.]+)")).match(QString::fromLatin1(bytes));
        QVERIFY(box.hasMatch());
        QVERIFY(qAbs(box.captured(1).toDouble() - 88 * 72 / 25.4) < 1);
        QVERIFY(qAbs(box.captured(2).toDouble() - 66 * 72 / 25.4) < 1);
        // Text is shown by text operators with embedded fonts that map back to characters; nothing is an image.
        QVERIFY(bytes.contains("/FontFile"));
        QVERIFY(bytes.contains("/ToUnicode"));
        QVERIFY(!bytes.contains("/Subtype /Image"));
        QVERIFY(pdf_streams(bytes).contains(" Tj"));
    }

    void pdf_text_can_be_extracted() {
        const QString program = QStandardPaths::findExecutable(QStringLiteral("pdftotext"));
        if (program.isEmpty()) QSKIP("pdftotext (poppler-utils) is not installed");
        export_figure(example_view(3), path("b.pdf"), FigureSize::double_column());
        QProcess process;
        process.start(program, {path("b.pdf"), QStringLiteral("-")});
        QVERIFY(process.waitForFinished());
        const QString text = QString::fromUtf8(process.readAllStandardOutput()).simplified();  // labels may have two lines
        for (const char* expected : {"Example", "CONV-1", "CONV-3", "Fault rate per bit", "clean 70.0 %", "10⁻⁷"})
            QVERIFY2(text.contains(QString::fromUtf8(expected)), expected);
    }

    void svg_holds_text_and_stays_within_its_page() {
        AccuracyView view = example_view(2);
        view.x_range = {-7.6, -6.4};
        view.y_range = {20, 50};
        view.box_plots = BoxPlots::all;
        view.show_title = false;
        export_figure(view, path("a.SVG"), FigureSize::single_column());
        const Svg svg = read_svg(read(path("a.SVG")));
        QCOMPARE(svg.size, QSizeF(249, 187));
        QVERIFY(svg.texts.contains(QStringLiteral("CONV-1")));
        QVERIFY(svg.texts.contains(QStringLiteral("10⁻⁷")));
        QVERIFY(!svg.texts.contains(QStringLiteral("Example")));
        QVERIFY(svg.vertices.width() > 50);
        QVERIFY(QRectF(-1, -1, 251, 189).contains(svg.vertices));
    }

    void png_has_300_dots_an_inch_on_white() {
        export_figure(example_view(2), path("a.png"), FigureSize::single_column());
        const QImage image(path("a.png"));
        QVERIFY(qAbs(image.width() - 88 / 25.4 * 300) < 4);
        QVERIFY(qAbs(image.height() - 66 / 25.4 * 300) < 4);
        QCOMPARE(image.dotsPerMeterX(), 11811);
        QCOMPARE(image.pixelColor(2, 2), QColor(Qt::white));
        // A curve in Okabe and Ito's blue is there.
        int blue = 0;
        for (int y = 0; y < image.height(); ++y)
            for (int x = 0; x < image.width(); ++x) blue += image.pixelColor(x, y) == QColor(0x00, 0x72, 0xB2);
        QVERIFY(blue > 200);
    }

    void extension_is_added() {
        QCOMPARE(export_figure(example_view(1), path("figure"), FigureSize()), path("figure.pdf"));
        QCOMPARE(export_figure(example_view(1), path("v1.2"), FigureSize()), path("v1.2.pdf"));
        QVERIFY(read(path("v1.2.pdf")).startsWith("%PDF"));
        QCOMPARE(export_table("a,b\n", path("numbers")), path("numbers.csv"));
        QCOMPARE(read(path("numbers.csv")), QByteArray("a,b\n"));
    }

    void unwritable_path_is_one_clear_sentence() {
        for (const char* name : {"missing/a.pdf", "missing/a.svg", "missing/a.png"}) {
            try {
                export_figure(example_view(1), path(QString::fromLatin1(name)), FigureSize());
                QFAIL("written where there is no folder");
            } catch (const Error& error) {
                QVERIFY(QString::fromUtf8(error.what()).contains(QString::fromLatin1(name)));
            }
        }
        QVERIFY_EXCEPTION_THROWN(export_table("a", path("missing/a.csv")), Error);
    }

    void impossible_sizes_are_refused() {
        QVERIFY_EXCEPTION_THROWN(export_figure(example_view(1), path("c.pdf"), FigureSize{5, 66, 8}), UsageError);
        QVERIFY_EXCEPTION_THROWN(export_figure(example_view(1), path("c.pdf"), FigureSize{88, qQNaN(), 8}), UsageError);
        QVERIFY_EXCEPTION_THROWN(export_figure(example_view(1), path("c.pdf"), FigureSize{88, 66, 0}), UsageError);
        QVERIFY(!QFile::exists(path("c.pdf")));
    }
};

QTEST_MAIN(TestFigureExport)
#include "test_figure_export.moc"
