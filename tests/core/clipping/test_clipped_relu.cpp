// Every instruction set's clipping, bit by bit, against plain scalar code written from method.md's formulas.
#include <QTest>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <vector>

#include "clipping/clipped_relu.h"

using namespace clipscope;

namespace {

constexpr float infinity = std::numeric_limits<float>::infinity();
constexpr float smallest_subnormal = std::numeric_limits<float>::denorm_min();

std::uint32_t bits(float value) {
    return std::bit_cast<std::uint32_t>(value);
}

float plain_relu(float x, float threshold, float) {
    if (0 <= x && x <= threshold) return x;
    return 0;
}

float plain_leaky_relu(float x, float threshold, float slope) {
    if (0 <= x && x <= threshold) return x;
    if (-threshold <= slope * x && slope * x < 0) return slope * x;
    return 0;
}

float plain_magnitude(float y, float threshold, float) {
    if (std::fabs(y) <= threshold) return y;
    return 0;
}

const std::vector<float>& thresholds() {
    // The last ones as faults in a threshold may leave them.
    static const std::vector<float> values = {0,
                                              smallest_subnormal,
                                              std::numeric_limits<float>::min(),
                                              0.5f,
                                              6.51f,
                                              1e30f,
                                              std::numeric_limits<float>::max(),
                                              infinity,
                                              -infinity,
                                              -0.0f,
                                              -6.51f,
                                              std::nanf("")};
    return values;
}

// The special values, what surrounds each threshold, and patterns of every sign and exponent; an odd number of them, so that vectors have a
// rest.
std::vector<float> patterns() {
    std::vector<float> values = {0.0f,
                                 -0.0f,
                                 smallest_subnormal,
                                 -smallest_subnormal,
                                 infinity,
                                 -infinity,
                                 std::nanf(""),
                                 -std::nanf("1"),
                                 std::bit_cast<float>(0x7f800001u)};
    for (const float threshold : thresholds()) {
        for (const float near : {threshold, std::nextafter(threshold, infinity), std::nextafter(threshold, -infinity)}) {
            values.insert(values.end(), {near, -near, near / 0.01f, -near / 0.01f});
        }
    }
    for (std::uint32_t top = 0; top < 1 << 16; ++top) values.push_back(std::bit_cast<float>(top << 16 | (top * 40503u & 0xffffu)));
    std::mt19937 generator(1);
    std::normal_distribution<float> ordinary(0, 5);
    while (values.size() < 100003) values.push_back(ordinary(generator));
    return values;
}

using Plain = float (*)(float, float, float);

template <typename Kernel>
void compare_with(Plain plain, Kernel kernel, float slope, const char* name) {
    const std::vector<float> in = patterns();
    std::vector<float> out(in.size());
    for (const float threshold : thresholds()) {
        kernel(in.data(), out.data(), in.size(), threshold);
        std::vector<float> in_place = in;
        kernel(in_place.data(), in_place.data(), in_place.size(), threshold);
        for (std::size_t i = 0; i < in.size(); ++i) {
            const float expected = plain(in[i], threshold, slope);
            if (bits(out[i]) != bits(expected) || bits(in_place[i]) != bits(expected)) {
                QFAIL(qPrintable(
                    QString("%1: bits 0x%2 at threshold %3 give 0x%4")
                        .arg(name, QString::number(bits(in[i]), 16), QString::number(threshold), QString::number(bits(out[i]), 16))));
            }
        }
    }
}

float relu_of(float x, float threshold) {
    float result = -1;
    clip_relu(&x, &result, 1, threshold);
    return result;
}

float leaky_relu_of(float x, float threshold, float slope) {
    float result = -1;
    clip_leaky_relu(&x, &result, 1, threshold, slope);
    return result;
}

float magnitude_of(float x, float threshold) {
    float result = -1;
    clip_magnitude(&x, &result, 1, threshold);
    return result;
}

}  // namespace

class TestClippedRelu : public QObject {
    Q_OBJECT

private slots:
    void relu_by_hand() {
        QCOMPARE(relu_of(2, 2), 2.0f);
        QCOMPARE(bits(relu_of(std::nextafter(2.0f, 3.0f), 2)), 0u);
        QCOMPARE(relu_of(smallest_subnormal, 2), smallest_subnormal);
        QCOMPARE(bits(relu_of(-0.0f, 2)), 0x80000000u);
        QCOMPARE(bits(relu_of(0.0f, 0)), 0u);
        QCOMPARE(bits(relu_of(smallest_subnormal, 0)), 0u);
        for (const float lost : {-1.0f, -smallest_subnormal, infinity, -infinity, std::nanf(""), 1e38f})
            QCOMPARE(bits(relu_of(lost, 2)), 0u);
    }

    void leaky_relu_by_hand() {
        QCOMPARE(leaky_relu_of(2, 2, 0.5f), 2.0f);
        QCOMPARE(leaky_relu_of(-2, 2, 0.5f), -1.0f);
        QCOMPARE(leaky_relu_of(-4, 2, 0.5f), -2.0f);
        QCOMPARE(bits(leaky_relu_of(std::nextafter(-4.0f, -5.0f), 2, 0.5f)), 0u);
        for (const float lost : {2.5f, infinity, -infinity, std::nanf("")}) QCOMPARE(bits(leaky_relu_of(lost, 2, 0.5f)), 0u);
        QCOMPARE(bits(leaky_relu_of(-1, 2, 0)), 0u);
    }

    void magnitude_by_hand() {
        QCOMPARE(magnitude_of(-2, 2), -2.0f);
        QCOMPARE(magnitude_of(1.5f, 2), 1.5f);
        for (const float lost : {-2.1f, 2.1f, infinity, -infinity, std::nanf("")}) QCOMPARE(bits(magnitude_of(lost, 2)), 0u);
    }

    void every_instruction_set_agrees_with_plain_code() {
        for (const ClipKernels& kernels : available_clip_kernels()) {
            compare_with(plain_relu, kernels.relu, 0, kernels.instruction_set);
            compare_with(plain_magnitude, kernels.magnitude, 0, kernels.instruction_set);
            for (const float slope : {0.0f, 0.01f, 0.3f, 1.0f, 1e-30f}) {
                const auto leaky = [&](const float* in, float* out, std::size_t n, float threshold) {
                    kernels.leaky_relu(in, out, n, threshold, slope);
                };
                compare_with(plain_leaky_relu, leaky, slope, kernels.instruction_set);
            }
        }
    }

    // Lengths and offsets around the vectors' width: nothing outside is written.
    void only_the_asked_for_values_are_written() {
        const std::vector<float> in(80, 1.0f);
        for (const ClipKernels& kernels : available_clip_kernels()) {
            for (std::size_t offset = 0; offset < 4; ++offset) {
                for (std::size_t n = 0; n <= 70; ++n) {
                    std::vector<float> out(80, 7.0f);
                    kernels.relu(in.data() + offset, out.data() + offset, n, 2);
                    for (std::size_t i = 0; i < out.size(); ++i) QCOMPARE(out[i], i >= offset && i < offset + n ? 1.0f : 7.0f);
                }
            }
        }
    }

    void speed() {
        std::vector<float> values(1 << 21, 1.0f);
        QBENCHMARK {
            clip_relu(values.data(), values.data(), values.size(), 2);
        }
    }
};

QTEST_GUILESS_MAIN(TestClippedRelu)
#include "test_clipped_relu.moc"
