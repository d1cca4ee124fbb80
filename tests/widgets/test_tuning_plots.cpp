#include <qcustomplot.h>

#include <QAction>
#include <QHelpEvent>
#include <QLabel>
#include <QSignalSpy>
#include <QSlider>
#include <QTemporaryDir>
#include <QToolTip>
#include <QtTest>

#include "common/error.h"
#include "controls/step_player.h"
#include "example_tuning.h"
#include "plots/activation_plot.h"
#include "plots/auc_area_plot.h"
#include "plots/auc_threshold_plot.h"
#include "plots/trisection_item.h"
#include "plots/trisection_plot.h"
#include "plots/tuning_views.h"
#include "plots/value_axis.h"

using namespace clipscope;

namespace {

void show(PlotPanel& plot) {
    plot.resize(640, 440);
    plot.show();
    QVERIFY(QTest::qWaitForWindowExposed(&plot));
    QTRY_VERIFY(plot.redraw_count() > 0);
}

QPoint pixel(PlotPanel& panel, double x, double y) {
    return QPointF(panel.plot().xAxis->coordToPixel(x), panel.plot().yAxis->coordToPixel(y)).toPoint();
}

// What hovering over a place shows.
QString tip(PlotPanel& panel, double x, double y) {
    QToolTip::hideText();
    QTest::mouseMove(&panel.plot(), QPoint(1, 1));
    QTest::mouseMove(&panel.plot(), pixel(panel, x, y));
    return QToolTip::text();
}

template <typename Plot, typename View>
void check_that_hidden_panels_do_not_draw(const View& view) {
    Plot plot;
    plot.set_view(view);
    QTest::qWait(100);
    QCOMPARE(plot.redraw_count(), 0);
    show(plot);
    plot.hide();
    const int drawn = plot.redraw_count();
    plot.set_view(view);
    QTest::qWait(100);
    QCOMPARE(plot.redraw_count(), drawn);
    plot.show();
    QTRY_VERIFY(plot.redraw_count() > drawn);
    const int before = plot.redraw_count();
    for (int i = 0; i < 200; ++i) plot.set_view(view);
    QTRY_VERIFY(plot.redraw_count() > before);
    QTest::qWait(100);
    QVERIFY(plot.redraw_count() <= before + 3);
}

template <typename Plot, typename View>
void check_exports(const View& view) {
    QTemporaryDir folder;
    Plot plot;
    QVERIFY_EXCEPTION_THROWN(plot.export_to(folder.filePath("a.pdf"), FigureSize(), false), Error);
    plot.set_view(view);
    for (const char* name : {"a.pdf", "a.svg", "a.png"})
        QVERIFY(QFileInfo(plot.export_to(folder.filePath(QString::fromLatin1(name)), FigureSize(), true)).size() > 1000);
    QFile file(plot.export_to(folder.filePath("a.csv"), FigureSize(), false));
    QVERIFY(file.open(QIODevice::ReadOnly));
    QCOMPARE(file.readAll().toStdString(), to_csv(plot.view()));
}

const TuningResult& finished() {
    static const TuningResult result = example_tuning();
    return result;
}

}  // namespace

class TestTuningPlots : public QObject {
    Q_OBJECT

private slots:
    void hidden_panels_do_not_draw() {
        check_that_hidden_panels_do_not_draw<ActivationPlot>(activation_view(finished(), 3));
        check_that_hidden_panels_do_not_draw<AucThresholdPlot>(auc_threshold_view(finished(), 3));
        check_that_hidden_panels_do_not_draw<AucAreaPlot>(auc_area_view(finished(), 3));
        check_that_hidden_panels_do_not_draw<TrisectionPlot>(trisection_view(finished(), 3));
    }

    void panels_export() {
        check_exports<ActivationPlot>(activation_view(finished(), 3));
        check_exports<AucThresholdPlot>(auc_threshold_view(finished(), 3));
        check_exports<AucAreaPlot>(auc_area_view(finished(), 3));
        check_exports<TrisectionPlot>(trisection_view(finished(), 3));
    }

    void hovering_a_bin_tells_its_counts() {
        ActivationPlot plot;
        plot.set_view(activation_view(finished(), 3));
        show(plot);
        const QString text = tip(plot, value_position(1.1), -2);
        QVERIFY2(text.contains(QStringLiteral("clean")) && text.contains(QStringLiteral("faulty")), qPrintable(text));
        const std::size_t bin =
            ActivationHistogram::bin_of(float(value_at_position(plot.plot().xAxis->pixelToCoord(pixel(plot, value_position(1.1), 0).x()))));
        QVERIFY(text.contains(QLocale(QLocale::English).toString(qulonglong(plot.view().clean->count(bin)))));
    }

    void count_axis_can_be_chosen() {
        ActivationPlot plot;
        plot.set_view(activation_view(finished(), 3));
        show(plot);
        QVERIFY(plot.plot().yAxis->range().lower < -4);
        plot.set_log_count(false);
        QTRY_COMPARE(plot.plot().yAxis->range().lower, 0.0);
        plot.set_view(activation_view(finished(), 3));  // the choice stays
        QVERIFY(!plot.effective_view().log_count);
    }

    void bell_points_can_be_hovered_and_clicked() {
        AucThresholdPlot plot;
        plot.set_view(auc_threshold_view(finished(), 3));
        show(plot);
        const std::vector<AucPoint> points = sorted_points(plot.view());
        const AucPoint last = points.back();
        const QString text = tip(plot, double(last.threshold), last.auc);
        QVERIFY2(text.contains(QStringLiteral("sweep")) && text.contains(QString::number(last.auc, 'f', 4)), qPrintable(text));
        QSignalSpy clicked(&plot, &AucThresholdPlot::threshold_clicked);
        QTest::mouseClick(&plot.plot(), Qt::LeftButton, {}, pixel(plot, double(last.threshold), last.auc));
        QCOMPARE(clicked.size(), 1);
        QCOMPARE(clicked[0][0].toFloat(), last.threshold);
        plot.set_in_act_max_units(true);
        QTRY_VERIFY(plot.plot().xAxis->range().upper < 2);
        QTest::mouseClick(&plot.plot(), Qt::LeftButton, {}, pixel(plot, double(last.threshold) / 9.51, last.auc));
        QCOMPARE(clicked.size(), 2);
    }

    void area_axis_can_be_chosen() {
        AucAreaPlot plot;
        plot.set_view(auc_area_view(finished(), 3));
        show(plot);
        const QString linear = plot.plot().xAxis->label();
        plot.set_axis(AucAxis::log10);
        QTRY_VERIFY(plot.plot().xAxis->label() != linear);
        QVERIFY(tip(plot, 0, plot.view().series[0].accuracies[1]).contains(QStringLiteral("10⁻⁶")));
    }

    void player_steps_through_the_search() {
        TrisectionPlot plot;
        plot.set_view(trisection_view(finished(), 3));
        show(plot);
        const auto rows = [&] { return plot.plot().findChildren<TrisectionItem*>().size(); };
        QCOMPARE(rows(), 5);
        plot.activateWindow();  // shortcuts work in the active window alone
        QVERIFY(QTest::qWaitForWindowActive(&plot));
        plot.plot().setFocus();
        plot.player().back();
        QTRY_COMPARE(rows(), 4);
        QTest::keyClick(&plot.plot(), Qt::Key_BracketLeft);
        QTRY_COMPARE(rows(), 3);
        QTest::keyClick(&plot.plot(), Qt::Key_Home, Qt::ControlModifier);
        QTRY_COMPARE(rows(), 1);
        QTest::keyClick(&plot.plot(), Qt::Key_BracketRight);
        QTRY_COMPARE(rows(), 2);
        plot.player().set_interval(30);
        QTest::keyClick(&plot.plot(), Qt::Key_Space);
        QVERIFY(plot.player().is_playing());
        QTRY_COMPARE(rows(), 5);
        QVERIFY(!plot.player().is_playing());
        QCOMPARE(plot.reason(), QString::fromStdString(finished().search(3)->hardened->reason));
    }

    void live_search_is_followed_until_the_user_steps_back() {
        TrisectionPlot plot;
        plot.set_view(trisection_view(example_tuning(false, 4), 3));
        show(plot);
        QCOMPARE(plot.player().step(), 1);
        plot.set_view(trisection_view(example_tuning(false, 9), 3));
        QCOMPARE(plot.player().step(), plot.player().count());
        QVERIFY(plot.player().count() > 2);
        QVERIFY(plot.reason().isEmpty());
        plot.player().first();
        plot.set_view(trisection_view(finished(), 3));
        QCOMPARE(plot.player().step(), 1);
        QCOMPARE(plot.player().count(), 5);
        plot.follow();
        QCOMPARE(plot.player().step(), 5);
        // Another site's search begins at its newest.
        plot.player().first();
        plot.set_view(trisection_view(finished(), 0));
        QCOMPARE(plot.player().step(), plot.player().count());
    }

    void trisection_rows_can_be_hovered_and_clicked() {
        TrisectionPlot plot;
        plot.set_view(trisection_view(finished(), 3));
        show(plot);
        const SearchGrid& grid = plot.view().search.grids[0];
        const QString boundary = tip(plot, double(grid.thresholds[2]), -1.27);
        QVERIFY2(boundary.contains(QString::number(grid.aucs[2], 'f', 4)), qPrintable(boundary));
        const QString row = tip(plot, 0.5 * double(grid.thresholds[2] + grid.thresholds[3]), -1.27);
        QVERIFY2(row.contains(QStringLiteral("kept")), qPrintable(row));
        QTest::mouseClick(&plot.plot(), Qt::LeftButton, {}, pixel(plot, 0.5 * double(grid.thresholds[2] + grid.thresholds[3]), -2.0));
        QCOMPARE(plot.player().step(), 2);
    }

    void player_says_where_it_is() {
        StepPlayer player(QStringLiteral("iteration"));
        QCOMPARE(player.step(), 0);
        for (const QAction* action : player.actions()) {
            QVERIFY(!action->isEnabled());
            QVERIFY(!action->toolTip().isEmpty() && !action->shortcut().isEmpty());
        }
        QSignalSpy changed(&player, &StepPlayer::step_changed);
        player.set_count(3);
        QCOMPARE(player.step(), 3);
        QCOMPARE(changed.size(), 1);
        QCOMPARE(player.findChild<QLabel*>()->text(), QStringLiteral("iteration 3 of 3"));
        player.findChild<QSlider*>()->setValue(2);
        QCOMPARE(player.step(), 2);
        player.set_count(4);
        QCOMPARE(player.step(), 2);
        player.set_step(99);
        QCOMPARE(player.step(), 4);
        player.set_count(2);
        QCOMPARE(player.step(), 2);
        QVERIFY(!player.findChild<QAction*>(QStringLiteral("forward"))->isEnabled());
        QVERIFY(player.findChild<QAction*>(QStringLiteral("back"))->isEnabled());
    }

    void empty_panels_say_what_will_fill_them() {
        TrisectionPlot plot;
        plot.resize(400, 300);
        plot.show();
        QVERIFY(QTest::qWaitForWindowExposed(&plot));
        QVERIFY(!plot.player().isVisible());
        plot.set_view(trisection_view(finished(), 3));
        QTRY_VERIFY(plot.player().isVisible());
    }
};

QTEST_MAIN(TestTuningPlots)
#include "test_tuning_plots.moc"
