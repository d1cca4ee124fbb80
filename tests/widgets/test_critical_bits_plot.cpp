#include <qcustomplot.h>

#include <QFileInfo>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QToolTip>
#include <QtTest>

#include "plots/critical_bits_plot.h"

using namespace clipscope;

namespace {

// Two layers of four bits; bit 3 of positive values is deadly, bit 0 of the second layer was not measured.
CriticalBitsView example() {
    CriticalBitsView view;
    view.title = QStringLiteral("Answers lost to one faulty bit");
    for (const char* layer : {"CONV-1", "FC-1"})
        for (const bool negative : {false, true})
            for (int bit = 0; bit < 4; ++bit) {
                const bool is_unknown = bit == 0 && std::string(layer) == "FC-1";
                view.cells.push_back({layer, negative, bit, 100, is_unknown ? 0 : 8, bit == 3 && !negative ? 0.75 : 0});
            }
    return view;
}

QPoint pixel(PlotPanel& panel, double x, double y) {
    return QPointF(panel.plot().xAxis->coordToPixel(x), panel.plot().yAxis->coordToPixel(y)).toPoint();
}

}  // namespace

class TestCriticalBitsPlot : public QObject {
    Q_OBJECT

private slots:
    void cells_lie_where_their_bit_and_layer_are() {
        const CriticalBitsView view = example();
        const auto rows = rows_of(view);
        QCOMPARE(rows.size(), std::size_t(4));
        QCOMPARE(rows[0].layer, QStringLiteral("CONV-1"));
        QVERIFY(!rows[0].is_negative && rows[1].is_negative);
        QCOMPARE(cell_at(view, 3, 0)->loss, 0.75);
        QCOMPARE(cell_at(view, 2.6, 0.4)->bit, 3);
        QCOMPARE(cell_at(view, 1, 3)->layer, std::string("FC-1"));
        for (const auto& [x, y] : {std::pair(4.0, 0.0), std::pair(-1.0, 0.0), std::pair(0.0, 4.0), std::pair(0.0, -1.0)})
            QVERIFY(!cell_at(view, x, y));
    }

    void the_map_is_drawn_and_the_highest_bit_lies_left() {
        QCustomPlot plot;
        plot.resize(500, 300);
        draw(example(), Theme::for_paper(8), plot);
        plot.replot();
        const auto* map = plot.plottableCount() > 0 ? qobject_cast<QCPColorMap*>(plot.plottable(0)) : nullptr;
        QVERIFY(map);
        QCOMPARE(map->data()->cell(3, 0), 75.0);
        QVERIFY(std::isnan(map->data()->cell(0, 2)));
        QVERIFY(plot.xAxis->coordToPixel(3) < plot.xAxis->coordToPixel(0));
        QVERIFY(plot.yAxis->coordToPixel(0) < plot.yAxis->coordToPixel(3));
        draw(CriticalBitsView(), Theme::for_paper(8), plot);  // nothing to draw is no trouble
        plot.replot();
    }

    void a_cell_tells_what_it_is_and_leads_to_its_layer() {
        CriticalBitsPlot panel;
        panel.set_view(example());
        panel.resize(640, 440);
        panel.show();
        QVERIFY(QTest::qWaitForWindowExposed(&panel));
        QTRY_VERIFY(panel.redraw_count() > 0);
        QTest::mouseMove(&panel.plot(), QPoint(1, 1));
        QTest::mouseMove(&panel.plot(), pixel(panel, 3, 0));
        QVERIFY2(QToolTip::text().contains(QStringLiteral("CONV-1")) && QToolTip::text().contains(QStringLiteral("75")),
                 qPrintable(QToolTip::text()));
        QSignalSpy clicked(&panel, &CriticalBitsPlot::layer_clicked);
        QTest::mouseClick(&panel.plot(), Qt::LeftButton, {}, pixel(panel, 1, 2));
        QCOMPARE(clicked.size(), 1);
        QCOMPARE(clicked.front().front().toString(), QStringLiteral("FC-1"));
    }

    void numbers_and_figures_are_exported() {
        const std::string csv = to_csv(example());
        QVERIFY(csv.starts_with("layer,sign,bit,stored_bits,trials,loss_fraction"));
        QVERIFY(csv.find("CONV-1,positive,3,100,8,0.75") != csv.npos);
        QVERIFY(csv.find("FC-1,negative,0,100,0,") != csv.npos);
        QTemporaryDir folder;
        for (const char* ending : {"pdf", "svg", "png"}) {
            const QString path = export_figure(example(), folder.filePath(QStringLiteral("bits.%1").arg(QLatin1String(ending))));
            QVERIFY(QFileInfo(path).size() > 1000);
        }
    }
};

QTEST_MAIN(TestCriticalBitsPlot)
#include "test_critical_bits_plot.moc"
