// Brackets against what the clipped activations themselves give.
#include <QTest>
#include <cmath>
#include <cstring>
#include <limits>
#include <random>
#include <vector>

#include "clipping/clipped_relu.h"
#include "clipping/equivalent_thresholds.h"

using namespace clipscope;

namespace {

std::vector<float> clipped(const std::vector<float>& in, float threshold, float slope) {
    std::vector<float> out(in.size());
    if (slope == 0)
        clip_relu(in.data(), out.data(), in.size(), threshold);
    else if (slope == 1)
        clip_magnitude(in.data(), out.data(), in.size(), threshold);
    else
        clip_leaky_relu(in.data(), out.data(), in.size(), threshold, slope);
    return out;
}

bool alike(const std::vector<float>& in, float one, float other, float slope) {
    const std::vector<float> a = clipped(in, one, slope), b = clipped(in, other, slope);
    return std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
}

std::vector<float> values(unsigned seed, std::size_t count) {
    std::mt19937 random(seed);
    std::normal_distribution<float> normal(0.5F, 2);
    std::vector<float> values(count);
    for (float& value : values) {
        value = normal(random);
        if (random() % 7 == 0) value = std::ldexp(value, int(random() % 250) - 125);
        if (random() % 23 == 0) value = std::numeric_limits<float>::quiet_NaN();
        if (random() % 29 == 0) value = random() % 2 ? INFINITY : -INFINITY;
        if (random() % 31 == 0) value = -0.0F;
    }
    return values;
}

}  // namespace

class TestThresholdBracket : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void thresholds_inside_clip_alike_and_its_ends_do_not() {
        std::mt19937 random(5);
        for (unsigned seed = 0; seed < 600; ++seed) {
            const std::vector<float> in = values(seed, seed % 70);
            const float slope = seed % 3 == 0 ? 0.0F : seed % 3 == 1 ? 1.0F : 0.25F;
            const float threshold = seed % 5 == 0 ? 0.0F : std::abs(std::normal_distribution<float>(0, 3)(random));
            const ThresholdBracket bracket = find_bracket(in.data(), in.size(), threshold, slope);
            QVERIFY(bracket.contains(threshold));
            QVERIFY(alike(in, bracket.low, threshold, slope));
            const float last = std::min(std::nextafter(bracket.high, 0.0F), std::numeric_limits<float>::max());
            QVERIFY(alike(in, last, threshold, slope));
            if (std::isfinite(bracket.high)) QVERIFY(!alike(in, bracket.high, threshold, slope));
            // Below a kept value of 0 there is no threshold.
            if (bracket.low > 0) QVERIFY(!alike(in, std::nextafter(bracket.low, 0.0F), threshold, slope));
        }
    }

    void two_sets_of_values_have_what_both_allow() {
        const std::vector<float> first = values(1, 40), second = values(2, 50);
        std::vector<float> both = first;
        both.insert(both.end(), second.begin(), second.end());
        const ThresholdBracket joined = find_bracket(first.data(), 40, 1.5F, 0).joined(find_bracket(second.data(), 50, 1.5F, 0));
        const ThresholdBracket expected = find_bracket(both.data(), 90, 1.5F, 0);
        QCOMPARE(joined.low, expected.low);
        QCOMPARE(joined.high, expected.high);
        QVERIFY(!no_threshold.contains(0) && !no_threshold.contains(1));
    }
};

QTEST_GUILESS_MAIN(TestThresholdBracket)
#include "test_equivalent_thresholds.moc"
