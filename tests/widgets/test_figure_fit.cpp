// Whatever the figure, its page and its style: no text lies outside the page, none covers another, none is missing.
#include <qcustomplot.h>

#include <QtTest>

#include "common/error.h"
#include "example_figures.h"
#include "figures/figure_files.h"
#include "figures/styled_plot.h"
#include "figures/text_boxes.h"
#include "figures/text_wrap.h"

using namespace clipscope;

namespace {

// The letters of all texts, without what breaks lines.
QString letters(QString text) {
    return text.remove(QRegularExpression(QStringLiteral("\\s")));
}

QString letters(const std::vector<TextBox>& boxes) {
    QString all;
    for (const TextBox& box : boxes) all += letters(box.text);
    return all;
}

void check_page(const QString& name, const Figure& figure, const FigureStyle& style) {
    const auto plot = fitted_plot(figure, style);
    const QSize page = plot->viewport().size();
    const std::vector<TextBox> boxes = text_boxes(*plot, page);
    QVERIFY2(boxes.size() > 3, qPrintable(name));
    for (const QString& fault : text_faults(boxes, page)) QFAIL(qPrintable(name + QStringLiteral(": ") + fault));
    // Every curve is named.
    const QString all = letters(boxes);
    if (style.legend != LegendPlace::none)
        for (const QString& curve : curve_names(figure))
            QVERIFY2(all.contains(letters(curve)), qPrintable(name + QStringLiteral(" does not name ") + curve));
    // QCustomPlot leaves out numbers that would hang over the border: the ends of the axes have theirs.
    for (QCPAxis* axis : {plot->xAxis, plot->yAxis}) {
        QVector<double> ticks;
        QVector<QString> labels;
        axis->ticker()->generate(axis->range(), QLocale::c(), QLatin1Char('g'), axis->numberPrecision(), ticks, nullptr, &labels);
        for (qsizetype i = 0; i < ticks.size(); ++i) {
            const bool is_power = labels[i].contains(QLatin1Char('e'));  // set as 10 and its exponent
            if (labels[i].isEmpty() || is_power || !axis->range().contains(ticks[i])) continue;
            QVERIFY2(all.contains(letters(labels[i])), qPrintable(name + QStringLiteral(" lacks the number ") + labels[i]));
        }
    }
    // And there is still a picture.
    const QSize axes = plot->axisRect()->rect().size();
    QVERIFY2(axes.width() > 0.25 * page.width() && axes.height() > 0.2 * page.height(),
             qPrintable(QStringLiteral("%1: axes of %2 x %3 pt").arg(name).arg(axes.width()).arg(axes.height())));
}

}  // namespace

class TestFigureFit : public QObject {
    Q_OBJECT

private slots:
    // A page without room is found out: the check can fail.
    void the_check_sees_what_is_wrong() {
        QCustomPlot plot;
        plot.resize(120, 80);
        plot.setViewport(QRect(0, 0, 120, 80));
        draw(example_accuracy(20, true), Theme::for_paper(8), plot);
        QVERIFY(!text_faults(text_boxes(plot, {120, 80}), {120, 80}).empty());
        const TextBox a{QStringLiteral("a"), QRectF(0, 0, 10, 10), {}, false};
        const TextBox b{QStringLiteral("b"), QRectF(9, 9, 10, 10), {}, false};
        const TextBox c{QStringLiteral("c"), QRectF(30, 0, 10, 10), QRectF(30, 0, 5, 10), false};
        QVERIFY(covers(a, b));
        QVERIFY(!covers(a, c));
        QCOMPARE(text_faults({a, b}, {100, 100}).size(), std::size_t(1));
        QCOMPARE(text_faults({a, c}, {100, 100}).size(), std::size_t(1));
        QCOMPARE(text_faults({a}, {5, 100}).size(), std::size_t(1));
    }

    void nothing_is_cut_off_data() {
        QTest::addColumn<QString>("preset");
        QTest::addColumn<int>("count");
        QTest::addColumn<bool>("is_long");
        QTest::addColumn<bool>("is_dark");
        for (const StylePreset& preset : style_presets())
            for (const int count : {1, 8, 20})
                for (const bool is_long : {false, true})
                    for (const bool is_dark : {false, true}) {
                        // Both themes lay out alike: one number of curves is enough.
                        if (is_dark && count != 8) continue;
                        QTest::addRow("%s, %d%s%s", qPrintable(preset.id), count, is_long ? ", long names" : "", is_dark ? ", dark" : "")
                            << preset.id << count << is_long << is_dark;
                    }
    }

    void nothing_is_cut_off() {
        QFETCH(QString, preset);
        QFETCH(int, count);
        QFETCH(bool, is_long);
        QFETCH(bool, is_dark);
        FigureStyle style;
        apply_preset(style, preset);
        style.is_dark = is_dark;
        style.has_title = is_long;
        for (const auto& [name, figure] : example_figures(count, is_long)) check_page(name, figure, style);
    }

    void every_legend_finds_its_place_data() {
        QTest::addColumn<QString>("place");
        for (const auto& [name, place] : legend_places())
            QTest::addRow("%s", std::string(name).c_str()) << QString::fromLatin1(name.data());
    }

    void every_legend_finds_its_place() {
        QFETCH(QString, place);
        FigureStyle style;
        apply_preset(style, QStringLiteral("ieee-column"));
        style.legend = legend_place_from_string(place.toStdString());
        for (const int count : {1, 8, 20})
            for (const auto& [name, figure] : example_figures(count, false)) check_page(name, figure, style);
    }

    void words_are_broken_where_they_may() {
        const QFontMetricsF metrics(QFont(QStringLiteral("DejaVu Sans")));
        const double width = metrics.horizontalAdvance(QStringLiteral("guard+range-"));
        QCOMPARE(wrapped(QStringLiteral("guard+range channel"), metrics, width), QStringLiteral("guard+range\nchannel"));
        QCOMPARE(wrapped(QStringLiteral("guard+range-channel"), metrics, width), QStringLiteral("guard+range-\nchannel"));
        for (const QString& line : wrapped(QString(200, QLatin1Char('m')), metrics, width).split(QLatin1Char('\n')))
            QVERIFY(metrics.horizontalAdvance(line) <= width);
        QCOMPARE(wrapped(QStringLiteral("a"), metrics, 0), QStringLiteral("a"));
    }
};

QTEST_MAIN(TestFigureFit)
#include "test_figure_fit.moc"
