#include <qcustomplot.h>

#include <QtTest>

#include "example_view.h"
#include "plots/accuracy_layout.h"
#include "plots/clipped_line.h"
#include "plots/rate_ticker.h"

using namespace clipscope;

namespace {

template <typename T>
QList<T*> plottables(const QCustomPlot& plot) {
    QList<T*> found;
    for (int i = 0; i < plot.plottableCount(); ++i)
        if (auto* plottable = qobject_cast<T*>(const_cast<QCustomPlot&>(plot).plottable(i))) found.append(plottable);
    return found;
}

QStringList legend_texts(const QCustomPlot& plot) {
    QStringList texts;
    for (int i = 0; i < plot.legend->itemCount(); ++i)
        texts.append(qobject_cast<QCPPlottableLegendItem*>(plot.legend->item(i))->plottable()->name());
    return texts;
}

// Beside the axes on the right.
QMap<double, QString> clean_labels(const QCustomPlot& plot) {
    const auto ticker = qSharedPointerDynamicCast<QCPAxisTickerText>(plot.yAxis2->ticker());
    return plot.yAxis2->visible() && ticker ? ticker->ticks() : QMap<double, QString>();
}

QStringList tick_labels(std::optional<double> zero, double first, double low, double high) {
    RateTicker ticker(zero, first);
    QVector<double> ticks;
    QVector<double> sub_ticks;
    QVector<QString> labels;
    ticker.generate(QCPRange(low, high), QLocale::c(), QLatin1Char('g'), 6, ticks, &sub_ticks, &labels);
    return QStringList(labels.begin(), labels.end());
}

}  // namespace

class TestAccuracyView : public QObject {
    Q_OBJECT

private slots:
    void rates_have_labels() {
        QCOMPARE(rate_label(0), QStringLiteral("0"));
        QCOMPARE(rate_label(1e-6), QStringLiteral("10⁻⁶"));
        QCOMPARE(rate_label(5e-7), QStringLiteral("5×10⁻⁷"));
        QCOMPARE(rate_label(2.5e-10), QStringLiteral("2.5×10⁻¹⁰"));
        QCOMPARE(rate_label(1), QStringLiteral("1"));
    }

    void positions_are_logarithms_with_a_slot_for_zero() {
        const RatePositions positions(example_view(1));
        QCOMPARE(positions(1e-8), -8.0);
        QCOMPARE(positions(1e-6), -6.0);
        QVERIFY(positions.has_zero());
        QVERIFY(positions(0) < -8.3);
        QVERIFY(positions.range().first < positions(0));
        QVERIFY(positions.range().second > -6);
        const RatePositions without(example_view(1, {1e-8, 1e-6}));
        QVERIFY(!without.has_zero());
        QVERIFY(without.range().first > -9.5);
    }

    void ticker_labels_decades_and_zero() {
        QCOMPARE(tick_labels(-8.6, -8, -9, -4.9), (QStringList{"0", "10⁻⁸", "10⁻⁷", "10⁻⁶", "10⁻⁵"}));
        QCOMPARE(tick_labels(std::nullopt, -7, -7.2, -5.9), (QStringList{"10⁻⁷", "2×10⁻⁷", "5×10⁻⁷", "10⁻⁶"}));
        // Zoomed in far from zero, and so far in that no round rate is in sight.
        QCOMPARE(tick_labels(-8.6, -8, -7.05, -6.6), (QStringList{"9×10⁻⁸", "10⁻⁷", "2×10⁻⁷"}));
        QVERIFY(tick_labels(std::nullopt, -8, -6.05, -6.01).size() >= 2);
        QVERIFY(tick_labels(-8.6, -8, -40, 5).size() < 14);
    }

    void draws_curves_boxes_and_legend() {
        QCustomPlot plot;
        AccuracyView view = example_view(2);
        draw(view, Theme::for_paper(8), plot);
        QCOMPARE(plottables<QCPGraph>(plot).size(), 2);
        const auto boxes = plottables<QCPStatisticalBox>(plot);
        QCOMPARE(boxes.size(), 2);
        QCOMPARE(legend_texts(plot), (QStringList{"CONV-1", "CONV-2"}));
        QVERIFY(plot.legend->visible());
        QCOMPARE(boxes[0]->data()->size(), 6);
        const QCPStatisticalBoxData& box = *(boxes[0]->data()->constBegin() + 3);
        const CurvePoint& point = view.series[0].points[3];
        QCOMPARE(box.minimum, 100 * point.min);
        QCOMPARE(box.lowerQuartile, 100 * point.q1);
        QCOMPARE(box.median, 100 * point.median);
        QCOMPARE(box.upperQuartile, 100 * point.q3);
        QCOMPARE(box.maximum, 100 * point.max);
        QCOMPARE(plottables<QCPGraph>(plot)[1]->data()->at(2)->value, 100 * view.series[1].points[2].mean);
        QCOMPARE(plot.yAxis->range(), QCPRange(-2, 102));
        QCOMPARE(plot.xAxis->range().lower, RatePositions(view).range().first);
    }

    void drawing_again_starts_afresh() {
        QCustomPlot plot;
        plot.resize(400, 300);
        draw(example_view(9), Theme::for_paper(8), plot);
        plot.resize(1200, 500);
        draw(example_view(9), Theme::for_paper(8), plot);
        AccuracyView view = example_view(2);
        view.clean.clear();
        draw(view, Theme::for_paper(8), plot);
        draw(view, Theme::for_paper(8), plot);
        QCOMPARE(plot.plottableCount(), 4);
        QCOMPARE(plot.itemCount(), 7);  // the line beside rate 0, a band for the boxes of each rate
        QVERIFY(!plot.yAxis2->visible());
        QCOMPARE(legend_texts(plot).size(), 2);
        QVERIFY(plot.plotLayout()->elementCount() <= 4);
    }

    // A mean that steps aside is read at another rate.
    void means_lie_at_their_rate() {
        AccuracyView view = example_view(2);
        view.show_interval = true;
        view.box_plots = BoxPlots::all;
        const RatePositions positions(view);
        for (const Theme& theme : {Theme::screen(QPalette(), QFont()), Theme::for_paper(8)}) {
            QCustomPlot plot;
            draw(view, theme, plot);
            const auto graphs = plottables<QCPGraph>(plot);
            QCOMPARE(graphs.size(), 2);
            for (const QCPGraph* graph : graphs) {
                QCOMPARE(graph->dataCount(), 6);
                for (int i = 0; i < 6; ++i) QCOMPARE(graph->dataMainKey(i), positions(view.rates[std::size_t(i)]));
            }
            for (const QCPErrorBars* bars : plottables<QCPErrorBars>(plot)) QVERIFY(bars->data()->at(2).errorPlus > 2.9);
            // The boxes stand on either side of it, within a band in its middle.
            const auto boxes = plottables<QCPStatisticalBox>(plot);
            const double rate = positions(1e-7);
            const double left = (boxes[0]->data()->constBegin() + 3)->key, right = (boxes[1]->data()->constBegin() + 3)->key;
            QVERIFY(qAbs((left + right) / 2 - rate) < 1e-12);
            QVERIFY(left < rate && right > rate && right - left < 0.16);
            const auto bands = plot.findChildren<QCPItemRect*>(QStringLiteral("rate-band"));
            QCOMPARE(bands.size(), 6);
            const bool is_tied = std::any_of(bands.begin(), bands.end(), [&](const QCPItemRect* band) {
                return band->topLeft->coords().x() < left - boxes[0]->width() / 2 + 1e-9 &&
                       band->bottomRight->coords().x() > right + boxes[1]->width() / 2 - 1e-9;
            });
            QVERIFY(is_tied);
        }
    }

    void color_tells_the_layer_and_dash_the_variant() {
        const Theme theme = Theme::for_paper(8);
        AccuracyView view = example_view(3);
        view.series[0].layer = AccuracySeries::whole_network;
        view.series[1].layer = 4;
        view.series[2].layer = 4;
        view.series[2].variant = 2;
        QCustomPlot plot;
        draw(view, theme, plot);
        const auto graphs = plottables<QCPGraph>(plot);
        QCOMPARE(graphs[0]->pen().color(), theme.text);
        QCOMPARE(graphs[1]->pen().color(), curve_style(4, 0, theme).color);
        QCOMPARE(graphs[2]->pen().color(), graphs[1]->pen().color());
        QVERIFY(graphs[2]->pen().dashPattern() != graphs[1]->pen().dashPattern());
        QVERIFY(graphs[2]->scatterStyle().shape() != graphs[1]->scatterStyle().shape());
    }

    void boxes_step_aside() {
        AccuracyView view = example_view(4);
        view.box_plots = BoxPlots::all;
        const RatePositions positions(view);
        const AccuracyLayout layout = layout_series(view, positions);
        for (std::size_t i = 1; i < layout.series.size(); ++i)
            QVERIFY(layout.series[i].offset - layout.series[i - 1].offset >= layout.box_width);
        // The last box of one rate ends before the first of the nearest next rate begins.
        QVERIFY(layout.series.back().offset - layout.series.front().offset + layout.box_width < positions.smallest_gap());
    }

    void emphasis_declutters() {
        QCustomPlot plot;
        AccuracyView view = example_view(5);
        draw(view, Theme::for_paper(8), plot);
        QCOMPARE(plottables<QCPStatisticalBox>(plot).size(), 0);
        view.emphasised = QStringLiteral("CONV-3");
        draw(view, Theme::for_paper(8), plot);
        const auto boxes = plottables<QCPStatisticalBox>(plot);
        QCOMPARE(boxes.size(), 1);
        QCOMPARE(boxes[0]->property("series").toInt(), 2);
        const auto graphs = plottables<QCPGraph>(plot);
        QCOMPARE(graphs.last()->name(), QStringLiteral("CONV-3"));  // on top
        QVERIFY(graphs.last()->pen().widthF() > graphs.first()->pen().widthF());
        QCOMPARE(graphs.last()->pen().color(), curve_style(2, 0, Theme::for_paper(8)).color);
        QVERIFY(graphs.first()->pen().color() != curve_style(0, 0, Theme::for_paper(8)).color);
        // The legend keeps its order.
        QCOMPARE(legend_texts(plot), (QStringList{"CONV-1", "CONV-2", "CONV-3", "CONV-4", "CONV-5"}));
        view.emphasised = QStringLiteral("no such layer");
        draw(view, Theme::for_paper(8), plot);
        QCOMPARE(plottables<QCPStatisticalBox>(plot).size(), 0);
        QCOMPARE(plottables<QCPGraph>(plot)[0]->pen().color(), curve_style(0, 0, Theme::for_paper(8)).color);
    }

    // The label stands beside the axes: no marker can lie under it.
    void clean_accuracy_has_a_labelled_line() {
        QCustomPlot plot;
        draw(example_view(1), Theme::for_paper(8), plot);
        const auto* line = plot.findChild<QCPItemStraightLine*>(QStringLiteral("clean-line"));
        QVERIFY(line);
        QCOMPARE(line->point1->coords().y(), 70.0);
        QCOMPARE(line->pen().style(), Qt::DashLine);
        QVERIFY(!plot.findChild<QCPItemText*>());
        const auto labels = clean_labels(plot);
        QCOMPARE(labels, (QMap<double, QString>{{70, "clean\n70.0 %"}}));
        plot.yAxis->setRange(10, 20);  // it goes with the axis
        QCOMPARE(plot.yAxis2->range(), QCPRange(10, 20));
    }

    void every_clean_accuracy_has_its_line_and_label() {
        AccuracyView view = example_view(2);
        view.clean = {{0.7, QStringLiteral("float32")}, {0.2, QStringLiteral("Q1.3")}, {0.69, QStringLiteral("int8")}};
        QCustomPlot plot;
        plot.resize(600, 400);
        draw(view, Theme::for_paper(8), plot);
        QList<double> lines;
        for (const auto* line : plot.findChildren<QCPItemStraightLine*>(QRegularExpression(QStringLiteral("^clean.*-line$"))))
            lines << line->point1->coords().y();
        std::sort(lines.begin(), lines.end());
        QCOMPARE(lines, (QList<double>{20, 69, 70}));
        // Two lines that are too close for a label each share one.
        QCOMPARE(clean_labels(plot), (QMap<double, QString>{{20, "clean\nQ1.3 20.0 %"}, {69.5, "clean\nfloat32 70.0 %\nint8 69.0 %"}}));
    }

    void interval_is_drawn_on_request() {
        QCustomPlot plot;
        AccuracyView view = example_view(1);
        view.show_interval = true;
        draw(view, Theme::for_paper(8), plot);
        const auto bars = plottables<QCPErrorBars>(plot);
        QCOMPARE(bars.size(), 1);
        QVERIFY(qAbs(bars[0]->data()->at(2).errorPlus - 3) < 1e-9);
        QVERIFY(qAbs(bars[0]->data()->at(2).errorMinus - 3) < 1e-9);
    }

    void single_trials_have_no_box() {
        QCustomPlot plot;
        AccuracyView view = example_view(1);
        for (CurvePoint& point : view.series[0].points) point.trials = 1;
        draw(view, Theme::for_paper(8), plot);
        QCOMPARE(plottables<QCPStatisticalBox>(plot)[0]->data()->size(), 0);
        QCOMPARE(plottables<QCPGraph>(plot)[0]->data()->size(), 6);
    }

    void zoomed_views_draw_nothing_outside() {
        QCustomPlot plot;
        AccuracyView view = example_view(2);
        view.box_plots = BoxPlots::all;
        view.x_range = {-7.5, -6.5};
        view.y_range = {20, 50};
        draw(view, Theme::for_paper(8), plot);
        for (const QCPGraph* graph : plottables<QCPGraph>(plot)) {
            for (const QCPGraphData& vertex : *graph->data()) {
                QVERIFY(vertex.key >= -7.5 - 1e-9 && vertex.key <= -6.5 + 1e-9);
                QVERIFY(std::isnan(vertex.value) || (vertex.value >= 20 - 1e-9 && vertex.value <= 50 + 1e-9));
            }
        }
        for (const QCPStatisticalBox* boxes : plottables<QCPStatisticalBox>(plot))
            for (const QCPStatisticalBoxData& box : *boxes->data()) QVERIFY(box.minimum >= 19 && box.maximum <= 51 && box.key > -7.5);
        QCOMPARE(legend_texts(plot).size(), 2);
        QVERIFY(!plot.findChild<QCPItemStraightLine*>(QStringLiteral("clean-line")));  // 70 % is out of sight
    }

    void lines_are_cut_at_the_border() {
        const ClippedLine line = clip_line({{0, 0}, {1, 1}, {2, 4}, {3, 1}, {4, 1}}, QRectF(QPointF(-1, -1), QPointF(10, 2)));
        QCOMPARE(line.inside.size(), 5);  // two, a gap, two
        QVERIFY(std::isnan(line.inside[2].y()));
        QCOMPARE(line.cut.size(), 2);
        QVERIFY(qAbs(line.cut[0].x2() - 4.0 / 3) < 1e-12 && qAbs(line.cut[0].y2() - 2) < 1e-12);
        QVERIFY(qAbs(line.cut[1].x1() - 8.0 / 3) < 1e-12 && qAbs(line.cut[1].y1() - 2) < 1e-12);
        QCOMPARE(clip_line({{0, 5}, {9, 5}}, QRectF(QPointF(-1, -1), QPointF(10, 2))).cut.size(), 0);
        // Both ends outside, the middle inside.
        QCOMPARE(clip_line({{-5, 0}, {20, 0}}, QRectF(QPointF(-1, -1), QPointF(10, 2))).cut.size(), 1);
    }

    void csv_holds_every_point_exactly() {
        AccuracyView view = example_view(2);
        view.series[0].name = QStringLiteral("CONV-1, \"first\"");
        view.series[1].points[0].top5_mean = 0.9;
        const QStringList lines = QString::fromStdString(to_csv(view)).split(QLatin1Char('\n'), Qt::SkipEmptyParts);
        QCOMPARE(lines.size(), 13);
        QVERIFY(lines[0].startsWith(
            QStringLiteral("series,rate,trials,faults_mean,mean,sd,min,q1,median,q3,max,ci95_low,ci95_high,top5_mean")));
        QVERIFY(lines[1].startsWith(QStringLiteral("\"CONV-1, \"\"first\"\"\",0,50,")));
        const QStringList fields = lines[9].split(QLatin1Char(','));
        QCOMPARE(fields.size(), 16);
        QCOMPARE(fields[4].toDouble(), view.series[1].points[2].mean);
        QVERIFY(fields[13].isEmpty());
        QCOMPARE(lines[7].split(QLatin1Char(','))[13].toDouble(), 0.9);
        view.axis = PointAxis::bit_position;
        QVERIFY(to_csv(view).starts_with("series,bit,trials,"));
    }

    void empty_view_can_be_drawn() {
        QCustomPlot plot;
        AccuracyView view;
        QVERIFY(!has_points(view));
        draw(view, Theme::for_paper(8), plot);
        QCOMPARE(plot.plottableCount(), 0);
        QVERIFY(plot.xAxis->range().size() > 0);
        view.rates = {0};
        draw(view, Theme::for_paper(8), plot);
        QVERIFY(plot.xAxis->range().size() > 0);
    }
};

QTEST_MAIN(TestAccuracyView)
#include "test_accuracy_view.moc"
