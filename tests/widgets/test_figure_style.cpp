// Styles as values and as JSON, and what they change in a picture.
#include <qcustomplot.h>

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QtTest>

#include "common/error.h"
#include "example_figures.h"
#include "figures/styled_plot.h"
#include "figures/text_boxes.h"

using namespace clipscope;

namespace {

FigureStyle full_style() {
    FigureStyle style;
    style.width_mm = 88;
    style.height_mm = 60.5;
    style.font = QStringLiteral("serif");
    style.font_pt = 9;
    style.is_dark = true;
    style.has_title = true;
    style.title = QStringLiteral("A \"title\"");
    style.x = {QStringLiteral("Rate"), 1e-8, 1e-6, 5, true};
    style.y = {QStringLiteral("Accuracy"), std::nullopt, 80, std::nullopt, std::nullopt};
    style.curves = {
        {QStringLiteral("CONV-2"), true, QStringLiteral("second"), QColor(0x12, 0x34, 0x56), QStringLiteral("dotted"), Marker::star},
        {QStringLiteral("CONV-1"), false, {}, {}, {}, {}}};
    style.only_listed = true;
    style.boxes = true;
    style.bars = false;
    style.band = true;
    style.points = false;
    style.legend = LegendPlace::at_curves;
    style.has_grid = false;
    style.dpi = 600;
    return style;
}

QString error_of(const std::string& json) {
    try {
        style_from_json(json, "paper.json");
    } catch (const Error& error) {
        return QString::fromUtf8(error.what());
    }
    return {};
}

QStringList names_in(const QCustomPlot& plot) {
    QStringList names;
    for (const QCPAbstractPlottable* curve : legend_curves(plot)) names << curve->name();
    return names;
}

}  // namespace

class TestFigureStyle : public QObject {
    Q_OBJECT

private slots:
    void json_says_all_of_it() {
        const FigureStyle style = full_style();
        FigureStyle again = style_from_json(style_to_json(style), "a.json");
        again.others = style.others;
        QCOMPARE(again, style);
        // Read by something else.
        const QJsonObject object = QJsonDocument::fromJson(QByteArray::fromStdString(style_to_json(style))).object();
        QCOMPARE(object["width_mm"].toDouble(), 88.0);
        QCOMPARE(object["legend"].toString(), QStringLiteral("at-curves"));
        QCOMPARE(object["x"].toObject()["low"].toDouble(), 1e-8);
        QCOMPARE(object["curves"].toArray()[0].toObject()["color"].toString(), QStringLiteral("#123456"));
        QCOMPARE(object["curves"].toArray()[0].toObject()["marker"].toString(), QStringLiteral("star"));
    }

    void missing_fields_have_defaults_and_unknown_ones_are_kept() {
        FigureStyle style = style_from_json("{}", "a.json");
        style.others = FigureStyle().others;
        QCOMPARE(style, FigureStyle());
        FigureStyle later = style_from_json(R"({"shadow": {"depth": 3}, "preset": "springer-column", "x": {"tilt": 45},
                                                "curves": [{"curve": "FC-1", "glow": true}]})",
                                            "a.json");
        QCOMPARE(later.width_mm, std::optional(84.0));
        later.font_pt = 7;
        const QJsonObject object = QJsonDocument::fromJson(QByteArray::fromStdString(style_to_json(later))).object();
        QCOMPARE(object["shadow"].toObject()["depth"].toInt(), 3);
        QCOMPARE(object["x"].toObject()["tilt"].toInt(), 45);
        QVERIFY(object["curves"].toArray()[0].toObject()["glow"].toBool());
        QCOMPARE(object["font_pt"].toDouble(), 7.0);
        QCOMPARE(object["width_mm"].toDouble(), 84.0);
    }

    void errors_name_file_field_and_what_there_is_data() {
        QTest::addColumn<QByteArray>("json");
        QTest::addColumn<QString>("word");
        QTest::newRow("no JSON") << QByteArray("{") << QString();
        QTest::newRow("number") << QByteArray(R"({"width_mm": 5})") << QStringLiteral("20 to 1000");
        QTest::newRow("text for a number") << QByteArray(R"({"font_pt": "8"})") << QStringLiteral("font_pt");
        QTest::newRow("flag") << QByteArray(R"({"grid": 1})") << QStringLiteral("grid");
        QTest::newRow("legend") << QByteArray(R"({"legend": "under"})") << QStringLiteral("below");
        QTest::newRow("preset") << QByteArray(R"({"preset": "acm"})") << QStringLiteral("ieee-column");
        QTest::newRow("colour") << QByteArray(R"({"curves": [{"curve": "a", "color": "bleu"}]})") << QStringLiteral("curve 1");
        QTest::newRow("dash") << QByteArray(R"({"curves": [{"curve": "a", "dash": "wavy"}]})") << QStringLiteral("dotted");
        QTest::newRow("marker") << QByteArray(R"({"curves": [{"curve": "a", "marker": "heart"}]})") << QStringLiteral("triangle-down");
        QTest::newRow("nameless curve") << QByteArray(R"({"curves": [{}]})") << QStringLiteral("curve");
        QTest::newRow("range") << QByteArray(R"({"x": {"low": 2, "high": 1}})") << QStringLiteral("less than");
        QTest::newRow("ticks") << QByteArray(R"({"y": {"ticks": 1000}})") << QStringLiteral("axis y");
        QTest::newRow("dpi") << QByteArray(R"({"dpi": 5})") << QStringLiteral("dpi");
    }

    void errors_name_file_field_and_what_there_is() {
        QFETCH(QByteArray, json);
        QFETCH(QString, word);
        const QString error = error_of(json.toStdString());
        QVERIFY2(error.contains(QStringLiteral("paper.json")) && error.contains(word) && error.endsWith(QLatin1Char('.')),
                 qPrintable(error));
        QVERIFY2(!error.contains(QLatin1Char('\n')) && !error.contains(QStringLiteral("..")), qPrintable(error));
    }

    void curves_are_chosen_ordered_and_changed() {
        const FigureStyle style = full_style();
        const auto plot = fitted_plot(figure_of(example_accuracy(3, false)), style);
        QCOMPARE(names_in(*plot), QStringList{QStringLiteral("second")});
        const auto* curve = qobject_cast<QCPGraph*>(legend_curves(*plot).front());
        QVERIFY(curve);
        QCOMPARE(curve->pen().color(), QColor(0x12, 0x34, 0x56));
        QCOMPARE(curve->pen().dashPattern(), dash_pattern(QStringLiteral("dotted")));
        QCOMPARE(curve->scatterStyle().shape(), QCPScatterStyle::ssNone);  // no points
        // The values are those of CONV-2, in percent, those within the range.
        const CurvePoint second = example_accuracy(3, false).series[1].points[2];
        QVERIFY(std::abs(curve->data()->findBegin(std::log10(second.rate) - 1e-9, false)->value - 100 * second.mean) < 1e-9);
        FigureStyle more;
        more.curves = {{QStringLiteral("CONV-3"), true, {}, {}, {}, {}}, {QStringLiteral("CONV-1"), false, {}, {}, {}, {}}};
        QCOMPARE(names_in(*fitted_plot(figure_of(example_accuracy(4, false)), more)),
                 (QStringList{QStringLiteral("CONV-3"), QStringLiteral("CONV-2"), QStringLiteral("CONV-4")}));
    }

    void a_colour_is_the_curves_whatever_is_left_out() {
        const auto color_of = [](const FigureStyle& style) {
            const auto plot = fitted_plot(figure_of(example_accuracy(4, false)), style);
            for (const QCPAbstractPlottable* curve : legend_curves(*plot))
                if (curve->name() == QStringLiteral("CONV-3")) return curve->pen().color();
            return QColor();
        };
        FigureStyle style;
        style.curves = {{QStringLiteral("CONV-3"), true, {}, {}, {}, {}}};
        const QColor whole = color_of(style);
        style.only_listed = true;
        QCOMPARE(color_of(style), whole);
    }

    void ranges_are_in_the_units_of_the_labels() {
        FigureStyle style;
        style.x.low = 1e-7;
        style.y.high = 50;
        const auto plot = fitted_plot(figure_of(example_accuracy(2, false)), style);
        QCOMPARE(plot->xAxis->range().lower, -7.0);
        QCOMPARE(plot->yAxis->range().upper, 50.0);
        QCOMPARE(plot->yAxis->range().lower, -2.0);
        style = {};
        style.y.low = 0.001;
        QCOMPARE(fitted_plot(figure_of(activation_view(example_tuning(), 3)), style)->yAxis->range().lower, -3.0);
        style.y = {};
        style.y.is_logarithmic = false;
        QCOMPARE(fitted_plot(figure_of(activation_view(example_tuning(), 3)), style)->yAxis->range().lower, 0.0);
    }

    void bars_band_boxes_and_points_come_and_go() {
        const auto count = [](const FigureStyle& style, auto is_it) {
            const auto plot = fitted_plot(figure_of(example_accuracy(2, false)), style);
            int found = 0;
            for (int i = 0; i < plot->plottableCount(); ++i) found += plot->plottable(i)->visible() && is_it(plot->plottable(i));
            return found;
        };
        const auto is_bar = [](QCPAbstractPlottable* one) { return qobject_cast<QCPErrorBars*>(one) != nullptr; };
        const auto is_area = [](QCPAbstractPlottable* one) { return qobject_cast<QCPCurve*>(one) != nullptr; };
        const auto is_box = [](QCPAbstractPlottable* one) { return qobject_cast<QCPStatisticalBox*>(one) != nullptr; };
        FigureStyle style;
        style.bars = style.band = style.boxes = true;
        QCOMPARE(count(style, is_bar), 2);
        QCOMPARE(count(style, is_area), 2);
        QCOMPARE(count(style, is_box), 2);
        style.bars = style.band = style.boxes = false;
        QCOMPARE(count(style, is_bar) + count(style, is_area) + count(style, is_box), 0);
    }

    void labels_and_grid() {
        FigureStyle style;
        style.x.label = QStringLiteral("p");
        style.has_grid = false;
        const auto plot = fitted_plot(figure_of(example_area(2, false)), style);
        QCOMPARE(plot->xAxis->label(), QStringLiteral("p"));
        QVERIFY(!plot->xAxis->grid()->visible());
    }

    void names_stand_at_the_ends_of_their_curves() {
        FigureStyle style;
        style.legend = LegendPlace::at_curves;
        const auto plot = fitted_plot(figure_of(example_accuracy(5, false)), style);
        QVERIFY(!plot->legend->visible());
        const QSize page = plot->viewport().size();
        // In the order of the curves' ends, right of the axes.
        std::vector<std::pair<double, int>> found;
        for (const TextBox& box : text_boxes(*plot, page))
            if (box.text.startsWith(QStringLiteral("CONV-"))) {
                QVERIFY(box.ink.left() > plot->axisRect()->right());
                found.emplace_back(box.ink.center().y(), box.text.mid(5).toInt());
            }
        QCOMPARE(found.size(), std::size_t(5));
        std::ranges::sort(found);
        for (int i = 0; i < 5; ++i) QCOMPARE(found[std::size_t(i)].second, 5 - i);  // the most robust one is the highest
    }
};

QTEST_MAIN(TestFigureStyle)
#include "test_figure_style.moc"
