#include <QTest>
#include <cmath>
#include <cstring>
#include <limits>

#include "common/counter_random.h"
#include "faults/portable_log.h"

namespace {

// Relative error against the wider logarithm of the C library.
double error_against(double value, long double exact) {
    if (exact == 0) return value == 0 ? 0 : std::numeric_limits<double>::infinity();
    return static_cast<double>(std::fabs((static_cast<long double>(value) - exact) / exact));
}

}  // namespace

class TestPortableLog : public QObject {
    Q_OBJECT
private slots:
    void log_agrees_with_the_c_library() {
        const clipscope::CounterRandom random(1, clipscope::RandomDomain::none);
        double worst = 0;
        for (std::uint64_t i = 0; i < 200'000; ++i) {
            const auto words = random.block({i, 0, 0, 0});
            const double u = clipscope::unit_interval(words[0]) + 0x1p-53;
            const double near_one = 1 - u * std::ldexp(1.0, -int(words[1] % 50));
            const double tiny = std::max(u, 0.5) * std::ldexp(1.0, -int(words[2] % 1000));
            const double large = (1 + u) * std::ldexp(1.0, int(words[2] % 1000));
            for (const double x : {u, near_one, tiny, large}) {
                if (x > 0) worst = std::max(worst, error_against(clipscope::portable_log(x), std::log(static_cast<long double>(x))));
            }
        }
        qInfo("worst relative error of portable_log: %.3g", worst);
        QVERIFY(worst < 1e-15);
    }

    void log_at_exact_points() {
        QCOMPARE(clipscope::portable_log(1.0), 0.0);
        QVERIFY(error_against(clipscope::portable_log(0x1p-53), std::log(0x1p-53L)) < 1e-15);
        QVERIFY(error_against(clipscope::portable_log(1 - 0x1p-53), std::log(1 - 0x1p-53L)) < 1e-15);
        QVERIFY(error_against(clipscope::portable_log(0x1.6a09e667f3bcdp+0), std::log(0x1.6a09e667f3bcdp+0L)) < 1e-15);
        QVERIFY(error_against(clipscope::portable_log(0x1.6a09e667f3bcep+0), std::log(0x1.6a09e667f3bcep+0L)) < 1e-15);
    }

    void log1p_agrees_with_the_c_library() {
        const clipscope::CounterRandom random(2, clipscope::RandomDomain::none);
        double worst = 0;
        for (std::uint64_t i = 0; i < 200'000; ++i) {
            const auto words = random.block({i, 0, 0, 0});
            const double x = 0.25 * std::ldexp(clipscope::unit_interval(words[0]), -int(words[1] % 60)) * (words[2] % 2 == 0 ? 1 : -1);
            worst = std::max(worst, error_against(clipscope::portable_log1p(x), std::log1p(static_cast<long double>(x))));
        }
        qInfo("worst relative error of portable_log1p: %.3g", worst);
        QVERIFY(worst < 1e-15);
        QCOMPARE(clipscope::portable_log1p(0.0), 0.0);
    }
};

QTEST_APPLESS_MAIN(TestPortableLog)
#include "test_portable_log.moc"
