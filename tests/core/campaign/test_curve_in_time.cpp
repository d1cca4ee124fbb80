// What measured curves mean in time. Expected numbers are computed by hand.
#include <QTest>
#include <cmath>

#include "campaign/curve_in_time.h"

using namespace clipscope;

namespace {

bool is_near(double value, double expected, double relative = 1e-9) {
    return std::abs(value - expected) <= relative * std::abs(expected);
}

CurvePoint point(double rate, double sdc, double due) {
    CurvePoint point;
    point.rate = rate;
    point.trials = 100;
    point.sdc_mean = sdc;
    point.sdc_ci95 = {sdc / 2, sdc * 2};
    point.due_mean = due;
    point.due_ci95 = {0, due * 2};
    return point;
}

CampaignInfo info_of(PointAxis axis, std::vector<double> points) {
    CampaignInfo info;
    info.axis = axis;
    info.rates = std::move(points);
    return info;
}

constexpr std::int64_t bits_of_2_mbit = 2 << 20;

}  // namespace

class TestCurveInTime : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void single_faults_are_failures_in_time() {
        CurveInfo curve;
        curve.layer = "CONV-1";
        curve.bits = bits_of_2_mbit;
        const std::vector<CurvePoint> points = {point(1, 0.01, 0.002), point(2, 0.02, 0.004)};
        const CurveInTime in = curve_in_time(curve, info_of(PointAxis::fault_count, {1, 2}), points, upsets_per_bit_hour(1000), 24);
        QCOMPARE(in.curve, std::string("CONV-1"));
        QVERIFY(is_near(in.raw_fit, 2000));  // 2 Mbit at 1,000 FIT each
        QVERIFY(is_near(in.sdc->fit, 20));
        QVERIFY(is_near(in.sdc->ci95.low, 10) && is_near(in.sdc->ci95.high, 40));
        QVERIFY(is_near(in.due->fit, 4) && is_near(in.due->ci95.high, 8));
        QVERIFY(is_near(in.covered, 0.99));
        QVERIFY(!in.sdc_mean);
        curve.protection = Protection{"guard"};
        QCOMPARE(curve_in_time(curve, info_of(PointAxis::fault_count, {1, 2}), points, 1e-12, 24).curve, std::string("CONV-1 (guard)"));
        // Nothing measured with one fault says nothing.
        QVERIFY(!curve_in_time(curve, info_of(PointAxis::fault_count, {2}), std::span(points).subspan(1), 1e-12, 24).sdc);
    }

    void rates_are_shares_of_answers() {
        CurveInfo curve;
        curve.layer = "network";
        curve.bits = 1 << 20;
        const std::vector<CurvePoint> points = {point(1e-6, 0.1, 0.01)};
        // 1e-9 upsets per bit and hour: after 500 hours half of the measured rate.
        const CurveInTime in = curve_in_time(curve, info_of(PointAxis::fault_rate, {1e-6}), points, 1e-9, 500);
        QVERIFY(!in.sdc);
        QVERIFY(is_near(in.sdc_at_end->share, 0.05, 1e-5));
        QVERIFY(is_near(in.sdc_mean->share, 0.025, 1e-5));
        QVERIFY(is_near(in.due_mean->share, 0.0025, 1e-5));
        QVERIFY(curve_in_time(curve, info_of(PointAxis::fault_rate, {1e-6}), points, 1e-9, 5000).sdc_at_end->is_beyond);
    }

    void levels() {
        QCOMPARE(levels_within(9.9, 0.99), std::string("ASIL D, ASIL C, ASIL B"));
        QCOMPARE(levels_within(10, 0.99), std::string("ASIL C, ASIL B"));
        QCOMPARE(levels_within(9.9, 0.95), std::string("ASIL B"));
        QCOMPARE(levels_within(100, 1), std::string("none"));
        QCOMPARE(levels_within(1, 0.5), std::string("none"));
    }

    void results_that_say_nothing_are_told() {
        QVERIFY(no_time_in(info_of(PointAxis::fault_rate, {1e-6})).empty());
        QVERIFY(no_time_in(info_of(PointAxis::fault_count, {1, 2})).empty());
        QVERIFY(!no_time_in(info_of(PointAxis::fault_count, {2, 4})).empty());
        QVERIFY(!no_time_in(info_of(PointAxis::bit_position, {30})).empty());
    }
};

QTEST_APPLESS_MAIN(TestCurveInTime)
#include "test_curve_in_time.moc"
