// Styled figures as files: sizes, fonts, PGF through LaTeX, and the script for matplotlib against the CSV.
#include <qcustomplot.h>

#include <QClipboard>
#include <QImage>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QMimeData>
#include <QProcess>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QtTest>

#include "common/csv_rows.h"
#include "common/error.h"
#include "example_figures.h"
#include "figures/figure_files.h"
#include "figures/figure_page.h"
#include "figures/pgf_device.h"

using namespace clipscope;

namespace {

constexpr double half_point = 0.5 * 25.4 / 72 + 1e-9;  // mm: pages of a PDF are whole points

QByteArray read(const QString& path) {
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

struct Ran {
    int status = -1;
    QString out;
};

Ran run(const QString& program, const QStringList& arguments, const QString& folder) {
    QProcess process;
    process.setWorkingDirectory(folder);
    process.setProcessChannelMode(QProcess::MergedChannels);
    process.start(program, arguments);
    if (!process.waitForFinished(120'000)) return {};
    return {process.exitCode(), QString::fromUtf8(process.readAll())};
}

bool has_matplotlib() {
    return run(QStringLiteral("/usr/bin/python3"), {QStringLiteral("-c"), QStringLiteral("import matplotlib")}, QDir::tempPath()).status ==
           0;
}

FigureStyle small_style() {
    FigureStyle style;
    style.width_mm = 88;
    style.height_mm = 60;
    return style;
}

// What a script plots, read back from matplotlib's own objects, as JSON.
const char* const reader = R"py(
import importlib.util, json, sys
import matplotlib
matplotlib.use("Agg")
spec = importlib.util.spec_from_file_location("figure", sys.argv[1])
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
page = module.figure()
axes = page.axes[0]
lines = [{"label": line.get_label(), "x": [float(v) for v in line.get_xdata()], "y": [float(v) for v in line.get_ydata()],
          "color": matplotlib.colors.to_hex(line.get_color())} for line in axes.lines]
steps = [{"label": patch.get_label(), "edges": [float(v) for v in patch.get_data().edges],
          "values": [float(v) for v in patch.get_data().values]} for patch in axes.patches if hasattr(patch, "get_data")]
print(json.dumps({"size": [float(v) for v in page.get_size_inches()], "lines": lines, "steps": steps}))
)py";

}  // namespace

class TestFigureFiles : public QObject {
    Q_OBJECT

private:
    QTemporaryDir folder_;

    QString path(const QString& name) const { return folder_.filePath(name); }

    QJsonObject plotted(const Figure& figure, const QString& name, const FigureStyle& style) {
        const QStringList written = export_numbers(figure, style, path(name));
        if (written.size() != 2) return {};
        QFile file(path(QStringLiteral("reader.py")));
        if (!file.open(QIODevice::WriteOnly)) return {};
        file.write(reader);
        file.close();
        const Ran ran = run(QStringLiteral("/usr/bin/python3"), {file.fileName(), written[1]}, folder_.path());
        if (ran.status != 0) qWarning("%s", qPrintable(ran.out));
        return QJsonDocument::fromJson(ran.out.section(QLatin1Char('\n'), -2).toUtf8()).object();
    }

private slots:
    void sizes_are_those_asked_for() {
        FigureStyle style = small_style();
        style.dpi = 600;
        const Figure figure = figure_of(example_accuracy(3, false));
        for (const QString& format : {QStringLiteral("pdf"), QStringLiteral("svg"), QStringLiteral("png")})
            QCOMPARE(export_figure(figure, style, path(QStringLiteral("a.") + format)), QStringList{path(QStringLiteral("a.") + format)});
        const auto box =
            QRegularExpression(QStringLiteral("/MediaBox \\[0 0 ([0-9.]+) ([0-9.]+)")).match(QString::fromLatin1(read(path("a.pdf"))));
        QVERIFY(qAbs(box.captured(1).toDouble() * 25.4 / 72 - 88) < half_point);
        QVERIFY(qAbs(box.captured(2).toDouble() * 25.4 / 72 - 60) < half_point);
        QVERIFY(read(path("a.svg")).contains("<svg width=\"88mm\" height=\"60mm\""));
        const QImage image(path("a.png"));
        QVERIFY(qAbs(image.width() - 88 / 25.4 * 600) < 8);
        QCOMPARE(image.dotsPerMeterX(), 23622);
    }

    void fonts_are_embedded_and_of_the_family() {
        if (QStandardPaths::findExecutable(QStringLiteral("pdffonts")).isEmpty()) QSKIP("pdffonts (poppler-utils) is not installed");
        FigureStyle style = small_style();
        style.font = QStringLiteral("serif");
        export_figure(figure_of(example_accuracy(3, false)), style, path("serif.pdf"));
        const Ran ran = run(QStringLiteral("pdffonts"), {path("serif.pdf")}, folder_.path());
        QCOMPARE(ran.status, 0);
        const QStringList lines = ran.out.trimmed().split(QLatin1Char('\n')).mid(2);
        QVERIFY2(!lines.isEmpty(), qPrintable(ran.out));
        bool has_serif = false;
        for (const QString& line : lines) {
            // name, type, encoding, emb, sub, uni, object
            QVERIFY2(QRegularExpression(QStringLiteral("\\syes\\s+(yes|no)\\s+(yes|no)\\s+\\d+\\s+\\d+\\s*$")).match(line).hasMatch(),
                     qPrintable(line));
            has_serif = has_serif || line.contains(QRegularExpression(QStringLiteral("Serif|Times|Termes|Roman")));
        }
        QVERIFY2(has_serif, qPrintable(ran.out));
    }

    void tex_escapes() {
        QCOMPARE(tex_text(QStringLiteral("100 % & $x_1^2 #{a}~\\")),
                 QStringLiteral("100 \\% \\& \\$x\\_1\\textasciicircum{}2 \\#\\{a\\}\\textasciitilde{}\\textbackslash{}"));
        QCOMPARE(tex_text(QStringLiteral("5×10⁻⁷")), QStringLiteral("5\\ensuremath{\\times}10\\ensuremath{^{-7}}"));
    }

    void latex_compiles_every_kind() {
        if (QStandardPaths::findExecutable(QStringLiteral("pdflatex")).isEmpty())
            QSKIP("pdflatex (texlive-latex-base, texlive-pictures) is not installed");
        QString document = QStringLiteral(
            "\\documentclass{article}\\usepackage[T1]{fontenc}\\usepackage{pgf,graphicx}\\pagestyle{empty}\\begin{document}\n");
        for (const auto& [name, figure] : example_figures(3, true)) {
            const QStringList written = export_figure(figure, small_style(), path(name + QStringLiteral(".pgf")));
            for (const QString& file : written) QVERIFY2(QFileInfo(file).size() > 0, qPrintable(file));
            document += QStringLiteral("\\input{%1.pgf}\\clearpage\n").arg(name);
        }
        document += QStringLiteral("\\end{document}\n");
        QFile file(path("paper.tex"));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(document.toUtf8());
        file.close();
        const Ran ran = run(QStringLiteral("pdflatex"),
                            {QStringLiteral("-interaction=nonstopmode"), QStringLiteral("-halt-on-error"), QStringLiteral("paper.tex")},
                            folder_.path());
        QVERIFY2(ran.status == 0, qPrintable(ran.out.right(2000)));
        if (QStandardPaths::findExecutable(QStringLiteral("pdftotext")).isEmpty())
            QSKIP("pdftotext (poppler-utils) is not installed: the pages' words were not read");
        const Ran text = run(QStringLiteral("pdftotext"), {path("paper.pdf"), QStringLiteral("-")}, folder_.path());
        QCOMPARE(int(text.out.count(QLatin1Char('\f'))), int(example_figures(3, true).size()));
        for (const char* word : {"Fault rate per bit", "Clipping threshold T", "Upsets (FIT per Mbit)"})
            QVERIFY2(text.out.contains(QString::fromLatin1(word)), word);
    }

    void matplotlib_draws_the_curves_of_the_csv() {
        if (!has_matplotlib()) QSKIP("python3-matplotlib is not installed");
        FigureStyle style = small_style();
        style.curves = {{QStringLiteral("CONV-2"), true, QStringLiteral("it's \"second\""), QColor(0x12, 0x34, 0x56), {}, {}}};
        const AccuracyView view = example_accuracy(3, false);
        const QJsonObject found = plotted(figure_of(view), QStringLiteral("accuracy"), style);
        QVERIFY(qAbs(found["size"].toArray()[0].toDouble() * 25.4 - 88) < 0.01);
        const QJsonArray lines = found["lines"].toArray();
        QCOMPARE(lines.size(), 3);
        QCOMPARE(lines[0].toObject()["label"].toString(), QStringLiteral("it's \"second\""));
        QCOMPARE(lines[0].toObject()["color"].toString(), QStringLiteral("#123456"));
        // Against the numbers themselves, which went through CSV and Python.
        const std::vector<int> order{1, 0, 2};
        for (int i = 0; i < 3; ++i) {
            const auto& points = view.series[std::size_t(order[std::size_t(i)])].points;
            const QJsonArray x = lines[i].toObject()["x"].toArray(), y = lines[i].toObject()["y"].toArray();
            QCOMPARE(std::size_t(x.size()), points.size());
            for (std::size_t k = 0; k < points.size(); ++k) {
                QCOMPARE(x[qsizetype(k)].toDouble(), points[k].rate);
                QVERIFY(qAbs(y[qsizetype(k)].toDouble() - 100 * points[k].mean) < 1e-12);
            }
        }
    }

    void matplotlib_draws_auc_and_histograms() {
        if (!has_matplotlib()) QSKIP("python3-matplotlib is not installed");
        const TuningResult tuning = example_tuning();
        const AucThresholdView auc = auc_threshold_view(tuning, 3);
        const QJsonArray lines = plotted(figure_of(auc), QStringLiteral("auc"), small_style())["lines"].toArray();
        QVERIFY(lines.size() > 2);
        const std::vector<AucPoint> sorted = sorted_points(auc);
        const QJsonArray x = lines[0].toObject()["x"].toArray(), y = lines[0].toObject()["y"].toArray();
        QCOMPARE(std::size_t(x.size()), sorted.size());
        for (std::size_t i = 0; i < sorted.size(); ++i) {
            QCOMPARE(float(x[qsizetype(i)].toDouble()), sorted[i].threshold);
            QCOMPARE(y[qsizetype(i)].toDouble(), sorted[i].auc);
        }
        // The grids and the sweep together have every point once more.
        std::size_t marked = 0;
        for (qsizetype i = 1; i < lines.size(); ++i)
            if (!lines[i].toObject()["label"].toString().startsWith(QLatin1Char('_')) &&
                lines[i].toObject()["label"] != QStringLiteral("unclipped"))
                marked += std::size_t(lines[i].toObject()["x"].toArray().size());
        QCOMPARE(marked, sorted.size());

        const ActivationView view = activation_view(tuning, 3);
        const QJsonArray steps = plotted(figure_of(view), QStringLiteral("activations"), small_style())["steps"].toArray();
        std::map<QString, double> sums;
        for (const QJsonValue& step : steps)
            for (const QJsonValue& height : step.toObject()["values"].toArray())
                sums[step.toObject()["label"].toString()] += height.toDouble();
        const double finite = 1 - double(view.faulty->nonfinite()) / double(view.faulty->total());
        bool has_faulty = false;
        for (const auto& [label, sum] : sums) {
            if (label.startsWith(QStringLiteral("faulty"))) QVERIFY(qAbs(sum - finite) < 1e-9);
            if (label == QStringLiteral("clean")) QVERIFY(qAbs(sum - 1) < 1e-9);
            has_faulty = has_faulty || label.startsWith(QStringLiteral("faulty"));
        }
        QVERIFY(has_faulty && sums.count(QStringLiteral("clean")));
    }

    void scripts_write_a_figure() {
        if (!has_matplotlib()) QSKIP("python3-matplotlib is not installed");
        const QStringList written = export_numbers(figure_of(example_area(2, false)), small_style(), path("area"));
        QCOMPARE(written.size(), 2);
        const Ran ran = run(QStringLiteral("/usr/bin/python3"), {written[1]}, folder_.path());
        QVERIFY2(ran.status == 0, qPrintable(ran.out));
        QVERIFY(read(path("area-matplotlib.pdf")).startsWith("%PDF"));
        // A kind without a script has its numbers all the same.
        QCOMPARE(export_numbers(figure_of(example_worst_bits(3)), small_style(), path("worst")), QStringList{path("worst.csv")});
    }

    void panels_stand_side_by_side_on_one_page() {
        FigurePage page{QStringLiteral("page"), 2, 181, 60, {}};
        for (const char* caption :
             {"means", "boxes", "a caption that is longer than its panel is wide, so that it has to be broken into lines"})
            page.panels.push_back({figure_of(example_accuracy(3, false)), QString::fromLatin1(caption)});
        page.panels[1].style.boxes = true;
        FigureStyle style;
        style.font_pt = 7;
        for (const QString& format : figure_formats())
            QCOMPARE(export_page(page, style, path(QStringLiteral("page.") + format)).first(), path(QStringLiteral("page.") + format));
        const QString svg = QString::fromUtf8(read(path("page.svg")));
        QVERIFY(svg.contains(QStringLiteral("<svg width=\"181mm\" height=\"120mm\"")));
        for (const char* words : {"(a) means", "(b) boxes", "(c) a caption"}) QVERIFY2(svg.contains(QString::fromLatin1(words)), words);
        QCOMPARE(svg.count(QStringLiteral(">CONV-3<")), 3);
        const QImage image(path("page.png"));
        QVERIFY(qAbs(image.width() - 181 / 25.4 * 300) < 4);
        // All three panels have ink: a third of the page each, the fourth cell has none.
        const auto ink = [&](int column, int row) {
            int dark = 0;
            for (int y = row * image.height() / 2; y < (row + 1) * image.height() / 2; y += 2)
                for (int x = column * image.width() / 2; x < (column + 1) * image.width() / 2; x += 2)
                    dark += image.pixelColor(x, y).lightness() < 128;
            return dark;
        };
        QVERIFY(ink(0, 0) > 500 && ink(1, 0) > 500 && ink(0, 1) > 500);
        QCOMPARE(ink(1, 1), 0);
        QVERIFY(read(path("page.pdf")).contains("/MediaBox [0 0 513"));
        page.panels.clear();
        QVERIFY_EXCEPTION_THROWN(export_page(page, style, path("none.pdf")), Error);
    }

    void the_clipboard_has_pixels_and_vectors() {
        copy_figure(figure_of(example_accuracy(2, false)), small_style());
        const QMimeData* data = QGuiApplication::clipboard()->mimeData();
        QVERIFY(data->hasImage());
        QVERIFY(data->data(QStringLiteral("image/svg+xml")).contains("CONV-2"));
        QVERIFY(data->data(QStringLiteral("image/png")).startsWith("\x89PNG"));
    }

    void what_cannot_be_written_is_said() {
        const Figure figure = figure_of(example_accuracy(1, false));
        QVERIFY_EXCEPTION_THROWN(export_figure(figure, {}, path("a.gif")), UsageError);
        for (const QString& format : figure_formats())
            QVERIFY_EXCEPTION_THROWN(export_figure(figure, {}, path(QStringLiteral("missing/a.") + format)), Error);
        FigureStyle style;
        style.width_mm = 3;
        QVERIFY_EXCEPTION_THROWN(export_figure(figure, style, path("b.pdf")), UsageError);
    }
};

QTEST_MAIN(TestFigureFiles)
#include "test_figure_files.moc"
