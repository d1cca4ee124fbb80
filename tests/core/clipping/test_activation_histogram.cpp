// Bins found from bit patterns against a search through the edges, for values of every exponent.
#include <QTest>
#include <bit>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <random>
#include <vector>

#include "clipping/activation_histogram.h"
#include "common/error.h"

using namespace clipscope;
using Json = nlohmann::ordered_json;
using Histogram = ActivationHistogram;

namespace {

constexpr float infinity = std::numeric_limits<float>::infinity();

Histogram histogram_of(const std::vector<float>& values) {
    Histogram histogram;
    histogram.add(values);
    return histogram;
}

std::vector<float> values_of_every_exponent() {
    std::vector<float> values;
    std::mt19937 generator(7);
    for (int i = 0; i < 400000; ++i) values.push_back(std::bit_cast<float>(std::uint32_t(generator())));
    return values;
}

// The bin whose edges enclose the value, as the header says it.
bool belongs(float value, std::size_t bin) {
    const double lower = Histogram::lower_edge(bin), upper = Histogram::upper_edge(bin);
    if (bin == Histogram::side_bins) return lower < value && value < upper;
    return bin > Histogram::side_bins ? lower <= value && value < upper : lower < value && value <= upper;
}

QString error_of(const Json& json) {
    try {
        Histogram::from_json(json, "r.json", "ACT-1");
    } catch (const Error& error) {
        return error.what();
    }
    return {};
}

}  // namespace

class TestActivationHistogram : public QObject {
    Q_OBJECT

private slots:
    void bins_cover_the_axis_in_equal_steps() {
        QCOMPARE(Histogram::bin_count, std::size_t(721));
        for (std::size_t bin = 1; bin < Histogram::bin_count; ++bin) QCOMPARE(Histogram::lower_edge(bin), Histogram::upper_edge(bin - 1));
        QCOMPARE(Histogram::upper_edge(Histogram::side_bins), 1e-6);
        QCOMPARE(Histogram::lower_edge(Histogram::side_bins), -1e-6);
        QCOMPARE(Histogram::upper_edge(Histogram::bin_count - 1), 1e39);
        for (std::size_t bin = Histogram::side_bins + 1; bin < Histogram::bin_count; ++bin) {
            QVERIFY(std::abs(std::log10(Histogram::upper_edge(bin) / Histogram::lower_edge(bin)) - 0.125) < 1e-12);
            QCOMPARE(Histogram::lower_edge(2 * Histogram::side_bins - bin), -Histogram::upper_edge(bin));
        }
    }

    void every_value_lies_between_its_edges() {
        std::vector<float> values = values_of_every_exponent();
        for (std::size_t bin = 0; bin < Histogram::bin_count; ++bin) {
            const auto edge = float(Histogram::lower_edge(bin));
            for (const float value : {edge, std::nextafter(edge, infinity), std::nextafter(edge, -infinity)}) values.push_back(value);
        }
        for (const float value : values) {
            if (!std::isfinite(value)) continue;
            const std::size_t bin = Histogram::bin_of(value);
            if (!belongs(value, bin)) QFAIL(qPrintable(QString::number(double(value), 'g', 17)));
        }
        QCOMPARE(Histogram::bin_of(std::numeric_limits<float>::max()), Histogram::bin_of(3.3e38f));
        QCOMPARE(Histogram::bin_of(-0.0f), Histogram::side_bins);
    }

    void counts_equal_one_by_one() {
        const std::vector<float> values = values_of_every_exponent();
        const Histogram histogram = histogram_of(values);
        std::vector<std::uint64_t> counts(Histogram::bin_count);
        std::uint64_t nonfinite = 0;
        float smallest = infinity, largest = -infinity;
        for (const float value : values) {
            if (!std::isfinite(value)) {
                ++nonfinite;
                continue;
            }
            ++counts[Histogram::bin_of(value)];
            smallest = std::min(smallest, value);
            largest = std::max(largest, value);
        }
        for (std::size_t bin = 0; bin < counts.size(); ++bin) QCOMPARE(histogram.count(bin), counts[bin]);
        QVERIFY(nonfinite > 0);
        QCOMPARE(histogram.nonfinite(), nonfinite);
        QCOMPARE(histogram.finite(), values.size() - nonfinite);
        QCOMPARE(*histogram.smallest(), smallest);
        QCOMPARE(*histogram.largest(), largest);
    }

    void special_values_are_told_apart() {
        const Histogram histogram =
            histogram_of({infinity, -infinity, -infinity, std::nanf(""), -std::nanf(""), std::nanf("2"), 0.0f, -0.0f, 1e-7f, 2.0f, -3.0f});
        QCOMPARE(histogram.positive_infinity(), 1u);
        QCOMPARE(histogram.negative_infinity(), 2u);
        QCOMPARE(histogram.nan(), 3u);
        QCOMPARE(histogram.zeros(), 2u);
        QCOMPARE(histogram.count(Histogram::side_bins), 3u);
        QCOMPARE(histogram.total(), 11u);
        QCOMPARE(*histogram.largest(), 2.0f);
        QCOMPARE(*histogram.smallest(), -3.0f);
    }

    void act_max_needs_a_finite_value() {
        QVERIFY(!Histogram().largest());
        QVERIFY(!histogram_of({infinity, std::nanf("")}).largest());
        QCOMPARE(*histogram_of({-5.0f, infinity}).largest(), -5.0f);
        QVERIFY(!std::signbit(*histogram_of({-0.0f}).largest()));
    }

    void order_and_parts_do_not_matter() {
        std::vector<float> values = values_of_every_exponent();
        values.insert(values.end(), {0.0f, -0.0f, infinity});
        const Histogram whole = histogram_of(values);
        Histogram parts = histogram_of({values.begin(), values.begin() + 1001});
        parts.add(std::span(values).subspan(1001, 0));
        parts.merge(histogram_of({values.begin() + 1001, values.end()}));
        parts.merge(Histogram());
        QVERIFY(parts == whole);
        std::reverse(values.begin(), values.end());
        QVERIFY(histogram_of(values) == whole);
        Histogram other = whole;
        other.add(std::vector<float>{1.0f});
        QVERIFY(!(other == whole));
        Histogram empty;
        empty.merge(whole);
        QVERIFY(empty == whole);
    }

    void json_reads_back_the_same() {
        for (const Histogram& histogram :
             {Histogram(), histogram_of(values_of_every_exponent()), histogram_of({infinity}), histogram_of({-0.0f, 3.0f})}) {
            const std::string text = histogram.to_json().dump();
            QVERIFY(Histogram::from_json(Json::parse(text), "r.json") == histogram);
        }
        QCOMPARE(QString::fromStdString(histogram_of({0, 3.5f, 4}).to_json().dump()),
                 R"({"total":3,"nan":0,"positive_infinity":0,"negative_infinity":0,"zeros":1,"min":0.0,"max":4.0,)"
                 R"("bins":[[-1e-06,1e-06,1],[3.1622776601683795,4.216965034285822,2]]})");
    }

    void damaged_json_is_named() {
        const Json json = histogram_of({0, 3.5f, 4}).to_json();
        Json damaged = json;
        damaged["bins"][1][0] = 3.2;
        QVERIFY(error_of(damaged).contains("'r.json', ACT-1: there is no such bin"));
        damaged = json;
        damaged["bins"].push_back(json["bins"][0]);
        QVERIFY(error_of(damaged).contains("no such bin"));
        damaged = json;
        damaged["bins"][0] = {1, 2};
        QVERIFY(error_of(damaged).contains("a bin is not"));
        damaged = json;
        damaged["total"] = 4;
        QVERIFY(error_of(damaged).contains("total"));
        damaged = json;
        damaged["zeros"] = 2;
        QVERIFY(error_of(damaged).contains("zeros"));
        damaged = json;
        damaged["max"] = nullptr;
        QVERIFY(error_of(damaged).contains("max"));
        QVERIFY(error_of(Json::array()).contains("object"));
    }

    void speed() {
        std::vector<float> values(1 << 21);
        std::mt19937 generator(1);
        std::normal_distribution<float> ordinary(0, 2);
        for (float& value : values) value = std::max(0.0f, ordinary(generator));
        Histogram histogram;
        QBENCHMARK {
            histogram.add(values);
        }
    }
};

QTEST_GUILESS_MAIN(TestActivationHistogram)
#include "test_activation_histogram.moc"
