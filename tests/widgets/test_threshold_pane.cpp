// A threshold tried by hand, as it is shown: the pane's words, the shaded histogram, the line that the mouse and the keys move.
#include <qcustomplot.h>

#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QTest>
#include <cmath>
#include <vector>

#include "controls/number_field.h"
#include "controls/threshold_pane.h"
#include "plots/activation_plot.h"
#include "plots/auc_threshold_plot.h"
#include "plots/value_axis.h"
#include "tables/cell_table.h"

using namespace clipscope;

namespace {

// 0, and 1000 values from 0.01 to 10, evenly over the logarithm; of a fifth of them the negative.
std::vector<float> some_values() {
    std::vector<float> values(500, 0.0F);
    for (int i = 0; i < 1000; ++i) values.push_back(float((i % 5 == 0 ? -0.01 : 0.01) * std::pow(1000.0, i / 999.0)));
    return values;
}

std::shared_ptr<const ActivationHistogram> histogram_of(const std::vector<float>& values) {
    auto histogram = std::make_shared<ActivationHistogram>();
    histogram->add(values);
    return histogram;
}

double counted(const std::vector<float>& values, double threshold) {
    return double(std::ranges::count_if(values, [&](float value) { return !(std::abs(value) <= threshold); })) / double(values.size());
}

template <typename Plot>
QPoint point_at(const Plot& panel, double x) {
    return {int(std::lround(panel.plot().xAxis->coordToPixel(x))), panel.plot().axisRect()->center().y()};
}

bool says(const QWidget& parent, const QString& words) {
    for (const QLabel* label : parent.findChildren<QLabel*>())
        if (label->text().contains(words)) return true;
    return false;
}

TriedThreshold tried(float threshold, bool is_final) {
    return {.threshold = threshold,
            .auc = 0.75,
            .auc_low = 0.7,
            .auc_high = 0.8,
            .clean_accuracy = 0.9,
            .rates = {1e-6, 1e-5},
            .accuracies = {0.85, 0.5},
            .trials = is_final ? 10 : 3,
            .all_trials = 10,
            .images = is_final ? 1000 : 200,
            .all_images = 1000,
            .is_final = is_final};
}

}  // namespace

class TestThresholdPane : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void the_share_cut_off_is_nearly_that_of_the_values() {
        std::vector<float> values = some_values();
        for (const bool has_nonfinite : {false, true}) {
            if (has_nonfinite) values.insert(values.end(), {INFINITY, -INFINITY, NAN, 1e30F});
            const auto histogram = histogram_of(values);
            for (const double threshold : {0.0, 0.005, 0.02, 0.5, 3.0, 9.99, 12.0}) {
                const double share = share_cut_off(*histogram, threshold);
                QVERIFY2(std::abs(share - counted(values, threshold)) < 0.004, qPrintable(QString::number(threshold)));
            }
        }
        QCOMPARE(cut_off_text(*histogram_of(some_values()), 20), QString("nothing"));
        QCOMPARE(share_cut_off(*histogram_of({0, 0, 1, 2}), 2), 0.0);
        QVERIFY(cut_off_text(*histogram_of({0, 0, 1, NAN}), 2).endsWith("25 %"));
        QCOMPARE(share_cut_off(ActivationHistogram(), 1), 0.0);
    }

    void what_is_cut_off_is_shaded_and_the_line_moves() {
        ActivationPlot panel;
        panel.resize(640, 420);
        ActivationView view;
        view.clean = histogram_of(some_values());
        view.act_max = 10.0F;
        panel.set_view(view);
        panel.show();
        panel.set_threshold_by_hand(1.0F);
        QTRY_VERIFY(panel.plot().findChild<QCPItemStraightLine*>("by-hand-line"));
        const auto* area = panel.plot().findChild<QCPCurve*>("cut-off");
        QVERIFY(area != nullptr);
        bool begins_at_line = false;
        for (const auto* label : panel.plot().findChildren<QCPItemText*>())
            if (label->objectName() == QLatin1String("by-hand-label")) begins_at_line = label->text().contains("cut off: ≈");
        QVERIFY(begins_at_line);

        QSignalSpy moved(&panel, &ActivationPlot::threshold_moved);
        QSignalSpy clicked(&panel, &ActivationPlot::site_clicked);
        const QCPRange axis = panel.plot().xAxis->range();
        QTest::mousePress(&panel.plot(), Qt::LeftButton, {}, point_at(panel, value_position(1)));
        QMouseEvent move(QEvent::MouseMove, point_at(panel, value_position(0.1)), QPointF(), Qt::LeftButton, Qt::LeftButton, {});
        QApplication::sendEvent(&panel.plot(), &move);
        QTest::mouseRelease(&panel.plot(), Qt::LeftButton, {}, point_at(panel, value_position(0.1)));
        QCOMPARE(moved.count(), 1);
        QVERIFY(std::abs(moved.front().front().toFloat() - 0.1F) < 0.01F);
        QCOMPARE(clicked.count(), 0);
        QCOMPARE(panel.plot().xAxis->range(), axis);
        QVERIFY(panel.is_following());
        // Elsewhere the axes move as ever.
        QTest::mousePress(&panel.plot(), Qt::LeftButton, {}, point_at(panel, value_position(0.05)));
        QMouseEvent pan(QEvent::MouseMove, point_at(panel, value_position(0.5)), QPointF(), Qt::LeftButton, Qt::LeftButton, {});
        QApplication::sendEvent(&panel.plot(), &pan);
        QTest::mouseRelease(&panel.plot(), Qt::LeftButton, {}, point_at(panel, value_position(0.5)));
        QCOMPARE(moved.count(), 1);
        QVERIFY(panel.plot().xAxis->range() != axis);
        panel.follow();
        // A hundredth and a thousandth of ACT_max.
        QTest::keyClick(&panel.plot(), Qt::Key_Right);
        QVERIFY(std::abs(moved.back().front().toFloat() - 1.1F) < 1e-5F);
        QTest::keyClick(&panel.plot(), Qt::Key_Left, Qt::ShiftModifier);
        QVERIFY(std::abs(moved.back().front().toFloat() - 0.99F) < 1e-5F);
        panel.set_threshold_by_hand({});
        QTest::keyClick(&panel.plot(), Qt::Key_Right);
        QCOMPARE(moved.count(), 3);
    }

    void the_curve_shows_what_was_tried() {
        AucThresholdPlot panel;
        panel.resize(640, 420);
        panel.show();
        panel.set_threshold_by_hand(AucThresholdPlot::ByHand{2, 4, {{1, 0.5, 0.01, 0}, {2, 0.6, 0.01, 0}}});
        QTRY_VERIFY(panel.plot().findChild<QCPItemStraightLine*>("by-hand-line"));
        QCOMPARE(panel.plot().findChild<QCPGraph*>("points-by-hand")->dataCount(), 2);
        QVERIFY(panel.plot().xAxis->range().upper >= 6);  // room beyond ACT_max
        panel.set_in_act_max_units(true);
        QSignalSpy moved(&panel, &AucThresholdPlot::threshold_moved);
        QTRY_VERIFY(panel.plot().xAxis->range().upper < 2);
        QTest::mousePress(&panel.plot(), Qt::LeftButton, {}, point_at(panel, 0.5));
        QMouseEvent move(QEvent::MouseMove, point_at(panel, 0.25), QPointF(), Qt::LeftButton, Qt::LeftButton, {});
        QApplication::sendEvent(&panel.plot(), &move);
        QTest::mouseRelease(&panel.plot(), Qt::LeftButton, {}, point_at(panel, 0.25));
        QCOMPARE(moved.count(), 1);
        QVERIFY(std::abs(moved.front().front().toFloat() - 1.0F) < 0.05F);
    }

    void the_pane_tells_how_final_numbers_are() {
        ThresholdPane pane;
        pane.show();
        QVERIFY(says(pane, "Open a network"));
        pane.set_site("ACT-2", "CONV-2", 4);
        pane.set_threshold(1, "Cut off: nothing.");
        QVERIFY(says(pane, "0.250 of ACT_max 4"));
        pane.set_tried(tried(1, false));
        QCOMPARE(pane.state(), QString("refining: 3 of 10 trials, 200 of 1,000 images"));
        QVERIFY(says(pane, "AUC 0.7500") && says(pane, "0.7000 … 0.8000"));
        QCOMPARE(pane.findChild<CellTable*>()->row_count(), 2);
        pane.set_tried(tried(1, true));
        QCOMPARE(pane.state(), QString("final: as sweep gives it (10 trials, 1,000 images)"));
        pane.set_threshold(2, {});
        QVERIFY(pane.state().startsWith("refining"));
        pane.set_tried(tried(1, true));  // of the T before
        QVERIFY(pane.state().contains("of T 1"));

        QSignalSpy typed(&pane, &ThresholdPane::threshold_typed);
        auto* line = pane.findChild<NumberField*>()->findChild<QLineEdit*>();
        line->setText("3.25");
        QCOMPARE(typed.count(), 1);
        QCOMPARE(typed.front().front().toFloat(), 3.25F);
        line->setText("-1");
        QCOMPARE(typed.count(), 1);
        QVERIFY(says(pane, "is not a number"));
        for (QPushButton* one : pane.findChildren<QPushButton*>()) QVERIFY(!one->toolTip().isEmpty());
    }
};

QTEST_MAIN(TestThresholdPane)
#include "test_threshold_pane.moc"
