#include <QTest>
#include <array>
#include <bit>
#include <cmath>
#include <numeric>

#include "statistics/confidence.h"
#include "statistics/strata.h"
#include "statistics/stratified_estimate.h"
#include "statistics/trial_allocation.h"
#include "trial_populations.h"

using namespace clipscope;

namespace {

double choose(int n, int k) {
    double count = 1;
    for (int i = 0; i < k; ++i) count = count * (n - i) / (i + 1);
    return count;
}

double probability_of(int n, int k, double rate) {
    return choose(n, k) * std::pow(rate, k) * std::pow(1 - rate, n - k);
}

// A memory so small that all of its faulty sets can be looked at: bits 0 ... class_bits - 1 are critical.
struct TinyMemory {
    int bits = 8;
    int class_bits = 3;
    double rate = 0.1;

    // Anything that depends on which bits are faulty, and not on their number alone.
    static double accuracy(unsigned faulty) { return 1.0 / (1 + faulty % 37) + 0.01 * std::popcount(faulty); }
    double probability(unsigned faulty) const {
        const int count = std::popcount(faulty);
        return std::pow(rate, count) * std::pow(1 - rate, bits - count);
    }
    int hits(unsigned faulty) const { return std::popcount(faulty & ((1U << class_bits) - 1)); }
};

}  // namespace

class TestStratifiedEstimate : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void weights_are_those_of_the_binomial_distribution() {
        for (const int bits : {1, 2, 5, 20})
            for (const double rate : {1e-6, 0.01, 0.2, 0.7})
                for (int low = 0; low <= bits; ++low)
                    for (int high = low; high <= bits; ++high) {
                        double expected = 0;
                        for (int k = low; k <= high; ++k) expected += probability_of(bits, k, rate);
                        QVERIFY(std::abs(stratum_weight(bits, rate, low, high) - expected) < 1e-12);
                    }
        const double one_of_many = 1'358'720 * 1e-7 * std::exp(1'358'719 * std::log1p(-1e-7));
        QVERIFY(std::abs(stratum_weight(1'358'720, 1e-7, 1, 1) - one_of_many) < 1e-12);
    }

    void strata_cover_all_trials_once() {
        for (const std::int64_t bits : {std::int64_t(1), std::int64_t(2), std::int64_t(40), std::int64_t(1'358'720), std::int64_t(1) << 40})
            for (const double rate : {1e-15, 1e-9, 1e-7, 1e-6, 1e-5, 1e-3, 0.5}) {
                const std::vector<Stratum> strata = choose_strata(bits, rate);
                double sum = 0;
                QCOMPARE(strata.front().low, 0);
                QVERIFY(!strata.back().high);
                for (std::size_t i = 0; i < strata.size(); ++i) {
                    sum += strata[i].weight;
                    if (i > 0) QCOMPARE(strata[i].low, *strata[i - 1].high + 1);
                    for (std::int64_t hits = strata[i].low; hits <= strata[i].high.value_or(strata[i].low + 3); ++hits)
                        QCOMPARE(stratum_of(strata, hits), i);
                }
                QVERIFY2(std::abs(sum - 1) < 1e-12, qPrintable(QString::number(sum - 1)));
            }
        QCOMPARE(choose_strata(0, 0.1).size(), std::size_t(1));
        QCOMPARE(choose_strata(1'000'000, 0.1).size(), std::size_t(1));  // hardly a trial spares the class
        QCOMPARE(choose_strata(1000, 1e-9).size(), std::size_t(2));      // hit or not stays apart however rare hits are
    }

    // Over all sets of faulty bits: the expectation is the weighted sum of those within the strata, exactly.
    void the_expectation_is_that_of_plain_trials() {
        for (const double rate : {0.02, 0.1, 0.3}) {
            const TinyMemory memory{.rate = rate};
            double plain = 0;
            for (unsigned faulty = 0; faulty < 1U << memory.bits; ++faulty)
                plain += memory.probability(faulty) * TinyMemory::accuracy(faulty);
            double stratified = 0;
            for (const Stratum& stratum : choose_strata(memory.class_bits, rate)) {
                double within = 0;
                double probability = 0;
                for (unsigned faulty = 0; faulty < 1U << memory.bits; ++faulty) {
                    if (!stratum.holds(memory.hits(faulty))) continue;
                    within += memory.probability(faulty) * TinyMemory::accuracy(faulty);
                    probability += memory.probability(faulty);
                }
                QVERIFY(std::abs(probability - stratum.weight) < 1e-12);
                stratified += stratum.weight * within / probability;
            }
            QVERIFY(std::abs(stratified - plain) < 1e-12);
        }
    }

    void hits_are_drawn_as_their_stratum_has_them() {
        constexpr int draws = 20000;
        TestRandom random(7);
        for (const double rate : {0.01, 0.05, 0.2})
            for (const Stratum& stratum : choose_strata(30, rate)) {
                std::array<int, 31> counts{};
                for (int i = 0; i < draws; ++i) {
                    const std::int64_t hits = draw_hits(stratum, 30, rate, random.uniform());
                    QVERIFY(stratum.holds(hits));
                    ++counts.at(std::size_t(hits));
                }
                for (int hits = 0; hits <= 30; ++hits) {
                    const double expected = stratum.holds(hits) ? draws * probability_of(30, hits, rate) / stratum.weight : 0;
                    const double spread = std::sqrt(expected) + 1;
                    QVERIFY(std::abs(counts[std::size_t(hits)] - expected) < 5 * spread);
                }
            }
    }

    void estimates_are_unbiased_and_cover() {
        // Trials that k critical hits decide: without any all is well but for rare deaths, one kills in seven of ten cases.
        struct Population {
            double class_bits, rate, rare_death, clean;
        };
        for (const Population& population :
             {Population{1e6, 1e-7, 0.01, 0.7}, Population{1e6, 5e-7, 0, 0.9}, Population{1e6, 2e-6, 0.002, 0.7}}) {
            const std::vector<Stratum> strata = choose_strata(std::int64_t(population.class_bits), population.rate);
            const auto accuracy_with = [&](std::int64_t hits, TestRandom& random) {
                if (random.uniform() < population.rare_death) return 0.0;
                for (std::int64_t hit = 0; hit < hits; ++hit)
                    if (random.uniform() < 0.7) return 0.05 * random.uniform();
                return population.clean - 0.01 * random.uniform();
            };
            double truth = 0;
            for (std::int64_t hits = 0; hits < 40; ++hits) {
                const double dead = 1 - std::pow(0.3, double(hits));
                const double mean = (1 - population.rare_death) * (dead * 0.025 + (1 - dead) * (population.clean - 0.005));
                truth += stratum_weight(std::int64_t(population.class_bits), population.rate, hits, hits) * mean;
            }
            constexpr int repetitions = 400;
            double mean = 0, squares = 0;
            int covers = 0;
            for (int repetition = 0; repetition < repetitions; ++repetition) {
                TestRandom random(std::uint64_t(repetition) * 7919 + 1);
                std::vector<StratifiedEstimate> estimates;
                std::vector<double> weights;
                for (const Stratum& stratum : strata) {
                    StratumSample sample;
                    for (int trial = 0; trial < 40; ++trial) {
                        const std::int64_t hits =
                            draw_hits(stratum, std::int64_t(population.class_bits), population.rate, random.uniform());
                        sample.add(accuracy_with(hits, random));
                    }
                    estimates.push_back(sample.estimate());
                    weights.push_back(stratum.weight);
                }
                const StratifiedEstimate estimate = weighted_sum(estimates, weights);
                mean += estimate.mean / repetitions;
                squares += estimate.mean * estimate.mean / repetitions;
                covers += estimate.ci95.low <= truth && truth <= estimate.ci95.high;
            }
            const double error = std::sqrt(std::max(squares - mean * mean, 0.0) / repetitions);
            QVERIFY2(std::abs(mean - truth) < 3 * error, qPrintable(QString::number((mean - truth) / error)));
            QVERIFY2(covers >= 0.93 * repetitions, qPrintable(QString::number(covers)));
        }
    }

    void sums_of_estimates_add_their_errors() {
        const StratifiedEstimate estimates[] = {{0.5, {0.47, 0.54}}, {0.8, {0.76, 0.81}}};
        const double weights[] = {1, -1};
        const StratifiedEstimate difference = weighted_sum(estimates, weights);
        QVERIFY(std::abs(difference.mean + 0.3) < 1e-15);
        QVERIFY(std::abs(difference.ci95.low - (-0.3 - std::hypot(0.03, 0.01))) < 1e-12);
        QVERIFY(std::abs(difference.ci95.high - (-0.3 + std::hypot(0.04, 0.04))) < 1e-12);
    }

    void trials_go_where_they_narrow_most() {
        // Equal costs, nothing unseen: Neyman's allocation.
        const auto stratum = [](double weight, double sd, double cost) {
            return StratumProgress{
                .weight = weight, .trials = 10, .sd = sd, .half_width = normal_quantile_975 * sd / std::sqrt(10.0), .cost = cost};
        };
        const StratumProgress equal[] = {stratum(0.5, 0.3, 1), stratum(0.5, 0.1, 1)};
        const auto trials = trials_for(equal, 0.01);
        QVERIFY(std::abs(double(trials[0]) / double(trials[1]) - 3) < 0.3);
        const double reached = normal_quantile_975 * std::sqrt(0.25 * 0.09 / double(trials[0]) + 0.25 * 0.01 / double(trials[1]));
        QVERIFY(reached <= 0.01 && reached > 0.0095);
        // Four times the cost, half as many.
        const StratumProgress dear[] = {stratum(0.5, 0.3, 4), stratum(0.5, 0.3, 1)};
        const auto of_dear = trials_for(dear, 0.01);
        QVERIFY(std::abs(double(of_dear[1]) / double(of_dear[0]) - 2) < 0.2);
        // Narrow enough already.
        QCOMPARE(trials_for(equal, 0.5), (std::vector<std::int64_t>{10, 10}));
        // What nobody has seen shrinks with the number of trials itself.
        const StratumProgress alike[] = {{.weight = 1, .trials = 10, .sd = 0, .half_width = 0.13}};
        QVERIFY(std::abs(double(trials_for(alike, 0.01)[0]) - 130) <= 10);
    }

    void images_follow_from_variances_and_costs() {
        QCOMPARE(images_a_trial(0.01, 0.09, 25, 10, 100), 15);  // root of 9 * 25
        QCOMPARE(images_a_trial(0.04, 0.01, 25, 10, 100), 10);
        QCOMPARE(images_a_trial(0, 0.01, 25, 10, 100), 100);
        QCOMPARE(images_a_trial(0, 0, 25, 10, 100), 10);
        QCOMPARE(images_a_trial(0.01, 0.09, 25, 10, 5), 5);
    }
};

QTEST_GUILESS_MAIN(TestStratifiedEstimate)
#include "test_stratified_estimate.moc"
