#include <QRegularExpression>
#include <QTest>
#include <cmath>

#include "common/error.h"
#include "faults/upset_rates.h"

using namespace clipscope;

namespace {

bool is_near(double value, double expected, double relative = 1e-12) {
    return std::abs(value - expected) <= relative * std::abs(expected);
}

}  // namespace

// Expected numbers are computed by hand.
class TestUpsetRates : public QObject {
    Q_OBJECT
private slots:
    void units() {
        // 1,000 events in 10⁹ hours and 2²⁰ bits.
        QVERIFY(is_near(upsets_per_bit_hour(1000), 9.5367431640625e-13));
        QVERIFY(is_near(fit_per_mbit(9.5367431640625e-13), 1000));
        // A day of it: 24 times as much, less the little that curves away.
        QVERIFY(is_near(fault_rate_after(9.5367431640625e-13, 24), 2.288818359375e-11, 1e-10));
        QVERIFY(is_near(fault_rate_after(1e-3, 1000), 0.6321205588285577));
        QCOMPARE(fault_rate_after(1e-12, 0), 0.0);
        QCOMPARE(fault_rate_after(1, 1e9), 1.0);
    }

    void failures() {
        // The bundled LeNet-5: 1,974,592 bits are 1.8831176757812500 Mbit.
        const FailuresInTime failures = failures_in_time(upsets_per_bit_hour(1000), 1974592, 0.01, {0.005, 0.02});
        QVERIFY(is_near(failures.fit, 18.831176757812500));
        QVERIFY(is_near(failures.ci95.low, 9.41558837890625));
        QVERIFY(is_near(failures.ci95.high, 37.662353515625));
    }

    void shares_between_measured_rates() {
        const std::vector<MeasuredShare> points = {{1e-6, 0.1, {0.05, 0.2}}, {1e-5, 0.4, {0.3, 0.5}}};
        QVERIFY(is_near(share_at(points, 5e-7).share, 0.05));
        QVERIFY(is_near(share_at(points, 5e-7).ci95.high, 0.1));
        QVERIFY(is_near(share_at(points, 1e-6).share, 0.1));
        QVERIFY(is_near(share_at(points, 5.5e-6).share, 0.25));
        QVERIFY(is_near(share_at(points, 5.5e-6).ci95.low, 0.175));
        QVERIFY(!share_at(points, 1e-5).is_beyond);
        QVERIFY(share_at(points, 2e-5).is_beyond);
        QCOMPARE(share_at(points, 2e-5).share, 0.4);
        QCOMPARE(share_at(points, 0).share, 0.0);
        // A measured clean point takes the place of nothing.
        const std::vector<MeasuredShare> with_clean = {{0, 0, {0, 0}}, {1e-6, 0.1, {0.05, 0.2}}};
        QVERIFY(is_near(share_at(with_clean, 5e-7).share, 0.05));
    }

    void means_over_the_time_without_a_scrub() {
        const std::vector<MeasuredShare> points = {{1e-6, 0.1, {0.05, 0.2}}, {1e-5, 0.4, {0.3, 0.5}}};
        // Up to the first point: half of it. Up to the second: a triangle, and 9 times its width between 0.1 and 0.4.
        QVERIFY(is_near(mean_share(points, 1e-9, 1000).share, 0.05, 1e-5));
        QVERIFY(is_near(mean_share(points, 1e-9, 10000).share, (0.1 / 2 + 9 * 0.25) / 10, 1e-5));
        QVERIFY(!mean_share(points, 1e-9, 9999).is_beyond);
        QVERIFY(mean_share(points, 1e-9, 20000).is_beyond);
    }

    void presets_name_their_source() {
        QVERIFY(!upset_presets().empty());
        const QRegularExpression year(QStringLiteral("(19|20)\\d\\d"));
        for (const UpsetPreset& preset : upset_presets()) {
            QVERIFY(preset.low > 0 && preset.low < preset.high);
            QVERIFY(QString::fromUtf8(preset.source.data(), qsizetype(preset.source.size())).contains(year));
            QCOMPARE(upset_preset(std::string(preset.name)).name, preset.name);
        }
        QVERIFY_THROWS_EXCEPTION(UsageError, upset_preset("moon"));
        // 6,000 neutrons in flight to 13 at sea level.
        QVERIFY(is_near(upset_preset("sram-flight").low, 700 * 6000.0 / 13));
    }

    void safety_levels_are_strictest_first() {
        QCOMPARE(safety_levels().front().most_fit, 10.0);
        for (std::size_t i = 1; i < safety_levels().size(); ++i) {
            QVERIFY(safety_levels()[i - 1].most_fit <= safety_levels()[i].most_fit);
            QVERIFY(safety_levels()[i - 1].least_covered > safety_levels()[i].least_covered);
        }
    }
};

QTEST_APPLESS_MAIN(TestUpsetRates)
#include "test_upset_rates.moc"
