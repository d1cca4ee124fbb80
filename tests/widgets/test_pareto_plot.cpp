#include <qcustomplot.h>

#include <QFileInfo>
#include <QMenu>
#include <QTemporaryDir>
#include <QToolTip>
#include <QTreeView>
#include <QtTest>

#include "controls/price_pane.h"
#include "plots/accuracy_view.h"
#include "plots/pareto_plot.h"
#include "plots/point_labels.h"
#include "tables/duel_table.h"

using namespace clipscope;

namespace {

CurveSummary curve(const char* layer, const char* protection, std::pair<double, double> means) {
    CurveSummary curve{{.layer = layer, .path = "", .bits = 1000, .protection = {protection}, .clean = {.images = 100, .correct = 90}}, {}};
    for (const auto& [rate, mean] : {std::pair(1e-5, means.first), std::pair(1e-4, means.second)}) {
        CurvePoint point;
        point.rate = rate;
        point.trials = 10;
        point.mean = mean;
        point.ci95_low = mean - 0.03;
        point.ci95_high = mean + 0.03;
        curve.points.push_back(point);
    }
    return curve;
}

// At 1e-4 they lie furthest apart; guard and the code are worth their price there.
ParetoView example() {
    ParetoView view;
    view.title = QStringLiteral("lenet5 · 100 images");
    view.duel.info.rates = {1e-5, 1e-4};
    view.duel.info.prices = {{{"none"}, {0, 0}}, {{"guard"}, {0, 30}}, {{"parity"}, {3, 44}}, {{"sec-ded-39-32"}, {22, 350}}};
    view.duel.curves = {curve("network", "none", {0.8, 0.1}), curve("network", "guard", {0.9, 0.6}), curve("network", "parity", {0.9, 0.5}),
                        curve("network", "sec-ded-39-32", {0.9, 0.85})};
    return view;
}

QPoint pixel(PlotPanel& panel, double x, double y) {
    return QPointF(panel.plot().xAxis->coordToPixel(x), panel.plot().yAxis->coordToPixel(y)).toPoint();
}

std::vector<QCPGraph*> contestants(QCustomPlot& plot) {
    std::vector<QCPGraph*> graphs;
    for (int i = 0; i < plot.graphCount(); ++i)
        if (plot.graph(i)->property("curve").isValid()) graphs.push_back(plot.graph(i));
    return graphs;
}

}  // namespace

class TestParetoPlot : public QObject {
    Q_OBJECT

private slots:
    void contestants_stand_at_their_price() {
        QCustomPlot plot;
        plot.resize(600, 400);
        const ParetoView view = example();
        draw(view, Theme::for_paper(8), plot);
        plot.replot();
        QCOMPARE(contestants(plot).size(), std::size_t(4));
        for (QCPGraph* graph : contestants(plot)) {
            const CurveSummary& curve = view.duel.curves[std::size_t(graph->property("curve").toInt())];
            QCOMPARE(graph->data()->constBegin()->key, view.duel.info.prices.at(curve.info.protection).storage_percent);
            QCOMPARE(graph->data()->constBegin()->value, 100 * curve.points[1].mean);
            QCOMPARE(graph->name(), protection_name(curve.info.protection));
        }
        QCOMPARE(plot.legend->itemCount(), 4);
        // Those worth their price are joined.
        const QCPGraph* line = plot.graph(0);
        QVERIFY(!line->property("curve").isValid());
        QCOMPARE(line->data()->size(), 2);
        QVERIFY(plot.yAxis->label().contains(rate_label(1e-4)));
        // In little room the names stand at the points, on the screen alone.
        plot.resize(280, 180);
        draw(view, Theme::screen(QApplication::palette(), QApplication::font()), plot);
        plot.replot();
        QCOMPARE(plot.legend->itemCount(), 0);
        QCOMPARE(plot.findChild<PointLabels*>()->labels().size(), std::size_t(4));
        draw(ParetoView(), Theme::for_paper(8), plot);  // nothing to draw is no trouble
        plot.replot();
    }

    void the_same_protection_looks_alike_everywhere() {
        const ParetoView view = example();
        QCOMPARE(look_of_contestant(view.duel, view.duel.curves[0].info), AccuracySeries::whole_network);
        QCOMPARE(look_of_contestant(view.duel, view.duel.curves[2].info), 1);
        CampaignSummary two = view.duel;
        two.curves.push_back(curve("FC-1", "parity", {0.9, 0.9}));
        QCOMPARE(look_of_contestant(two, two.curves.back().info), 1);
    }

    void price_rate_and_scope_are_chosen() {
        ParetoView view = example();
        view.cost = DuelCost::operations;
        QCOMPARE(points_of(view).back().cost_percent, 350.0);
        view.rate = 1e-5;
        QCOMPARE(shown_rate(view), std::size_t(0));
        view.rate = 0.5;  // not measured
        QCOMPARE(shown_rate(view), std::size_t(1));
        view.duel.curves.push_back(curve("FC-1", "none", {0.9, 0.9}));
        QCOMPARE(shown_layer(view), std::string("network"));
        view.layer = QStringLiteral("FC-1");
        QCOMPARE(points_of(view).size(), std::size_t(1));
        QVERIFY(to_csv(view).find("FC-1,none") != std::string::npos && to_csv(view).find("parity") == std::string::npos);
        view.duel.info.prices.clear();
        QVERIFY(!has_points(view));
    }

    void hovering_tells_everything() {
        ParetoPlot panel;
        panel.set_view(example());
        panel.resize(640, 440);
        panel.show();
        QVERIFY(QTest::qWaitForWindowExposed(&panel));
        QTRY_VERIFY(panel.redraw_count() > 0);
        QTest::mouseMove(&panel.plot(), QPoint(1, 1));
        QTest::mouseMove(&panel.plot(), pixel(panel, 22, 85));
        for (const char* told : {"sec-ded-39-32", "+22 %", "85", "AUC", "Efficient"})
            QVERIFY2(QToolTip::text().contains(QLatin1String(told)), qPrintable(QToolTip::text()));
        const int before = panel.redraw_count();
        panel.set_cost(DuelCost::operations);
        QTRY_VERIFY(panel.redraw_count() > before);
        QTest::mouseMove(&panel.plot(), QPoint(1, 1));
        QTest::mouseMove(&panel.plot(), pixel(panel, 30, 60));
        QVERIFY2(QToolTip::text().contains(QLatin1String("guard")), qPrintable(QToolTip::text()));
    }

    // Beside the picture, of the rate, the scope and the price that it shows.
    void the_table_has_the_contestants_in_numbers() {
        PricePane pane;
        pane.resize(1100, 500);
        pane.show();
        QVERIFY(!pane.is_table_shown() && pane.sentence().isEmpty());
        pane.plot().set_view(example());
        QVERIFY(pane.is_table_shown());
        DuelTable& table = pane.table();
        QTRY_COMPARE(table.row_count(), 4);
        const auto cell = [&](int row, const char* column) {
            const QAbstractItemModel& model = *table.view().model();
            for (int i = 0; i < model.columnCount(); ++i)
                if (model.headerData(i, Qt::Horizontal).toString() == QLatin1String(column)) return model.index(row, i).data().toString();
            return QStringLiteral("no such column");
        };
        QCOMPARE(cell(3, "Protection"), QStringLiteral("sec-ded-39-32"));
        QCOMPARE(cell(3, "Mean, %"), QStringLiteral("85.00"));
        QCOMPARE(cell(3, "95 % interval"), QStringLiteral("82.00…88.00"));
        QCOMPARE(cell(3, "Storage, %"), QStringLiteral("22.00"));
        QCOMPARE(cell(3, "Efficient by"), QStringLiteral("both"));
        QCOMPARE(cell(2, "Efficient by"), QStringLiteral("–"));
        QCOMPARE(cell(0, "1 point lost at"), QStringLiteral("below"));
        QCOMPARE(cell(3, "AUC, 95 %"), QStringLiteral("–"));
        table.set_intervals([] { return AucIntervals(4, Interval{0.25, 0.5}); });
        QTRY_COMPARE(cell(3, "AUC, 95 %"), QStringLiteral("0.2500…0.5000"));
        QVERIFY2(pane.sentence().contains("guard, sec-ded-39-32"), qPrintable(pane.sentence()));
        // It follows the picture's rate and price.
        pane.plot().set_rate(1e-5);
        QCOMPARE(cell(3, "Mean, %"), QStringLiteral("90.00"));
        pane.plot().set_cost(DuelCost::operations);
        QVERIFY(pane.sentence().contains("operations"));
        table.view().sortByColumn(4, Qt::DescendingOrder);
        QCOMPARE(cell(0, "Protection"), QStringLiteral("sec-ded-39-32"));
        QCOMPARE(table.copied_text().count(QLatin1Char('\n')), 4);
        const QString csv = QString::fromStdString(table.csv());
        QVERIFY(csv.startsWith("layer,protection,rate,mean_fraction,ci95_low_fraction"));
        QVERIFY2(csv.contains("network,sec-ded-39-32,1e-05,0.9,"), qPrintable(csv));
        QVERIFY(csv.contains("0.25,0.5"));
    }

    void figures_and_numbers_are_exported() {
        const QTemporaryDir folder;
        for (const char* ending : {"pdf", "svg", "png"}) {
            const QString path = folder.filePath(QStringLiteral("price.") + QLatin1String(ending));
            export_figure(example(), path);
            QVERIFY(QFileInfo(path).size() > 500);
        }
        QCOMPARE(QString::fromStdString(to_csv(example())).trimmed().count(QLatin1Char('\n')), 4);
    }
};

QTEST_MAIN(TestParetoPlot)
#include "test_pareto_plot.moc"
