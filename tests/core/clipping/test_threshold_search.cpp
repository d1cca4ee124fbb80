// Algorithm 1 against traces worked by hand with ACT_max = 81 (thirds are whole numbers), against a plain transcription of the paper's
// listing, and against properties that must hold for any function.
#include <QTest>
#include <cmath>
#include <functional>
#include <limits>
#include <map>
#include <random>
#include <set>
#include <stdexcept>

#include "clipping/threshold_search.h"
#include "common/error.h"

using namespace clipscope;

namespace {

using Function = std::function<double(float)>;

ThresholdSearchSettings settings(SearchAlgorithm algorithm, int n = 5, int m = 3, double delta = 0) {
    return {algorithm, n, m, delta};
}

ThresholdSearchResult search(const Function& function, const ThresholdSearchSettings& chosen, float act_max = 81) {
    return search_threshold(act_max, chosen, [&](float threshold) { return AucEstimate{function(threshold), {}}; });
}

// "0 27 54 81|0 18 36 54": the boundaries of each grid.
QString trace(const ThresholdSearchResult& result) {
    QStringList grids;
    for (const SearchGrid& grid : result.grids) {
        QStringList thresholds;
        for (const float threshold : grid.thresholds) thresholds += QString::number(threshold);
        grids += thresholds.join(' ');
    }
    return grids.join('|');
}

double peak_at_30(float threshold) {
    return 1 - std::abs(double(threshold) - 30) / 100;
}
double peak_at_36(float threshold) {
    return 1 - std::abs(double(threshold) - 36) / 100;
}
double falling(float threshold) {
    return 1 - double(threshold) / 100;
}
double rising(float threshold) {
    return double(threshold) / 100;
}
double step_at_20(float threshold) {
    return threshold < 20 ? 0.3 : 0.7;
}
double constant(float) {
    return 0.7;
}

// A value in 0...1 that depends on nothing but the threshold and the seed, in `levels` steps so that ties occur.
Function random_function(unsigned seed, int levels) {
    return [=](float threshold) {
        std::mt19937 generator(seed ^ unsigned(std::hash<float>()(threshold)));
        return double(generator() % unsigned(levels)) / levels;
    };
}

// The paper's Algorithm 1, line by line, with `i == 1` read as `counter == 1`; T, where never set, as method.md says.
float listing(const Function& function, double act_max, int n, int m, double delta) {
    double boundaries[5] = {}, aucs[5] = {}, low = 0, high = act_max, chosen = -1, fallback = 0;
    const auto best = [&] {
        int index = 1;
        for (int i = 2; i <= 4; ++i) index = aucs[i] > aucs[index] ? i : index;
        return index;
    };
    int counter = 1;
    while (counter < n) {
        if (counter > 1) {
            const int index = best();
            low = index == 1 || index == 2 ? boundaries[1] : boundaries[index - 1];
            high = index == 4 || index == 3 ? boundaries[4] : boundaries[index + 1];
            chosen = boundaries[index];
        }
        boundaries[1] = low;
        boundaries[2] = float(low + (high - low) / 3);
        boundaries[3] = float(low + (high - low) / 3 + (high - low) / 3);
        boundaries[4] = high;
        for (int i = 1; i <= 4; ++i) aucs[i] = function(float(boundaries[i]));
        if (counter == 1) fallback = boundaries[best()];
        counter = counter + 1;
        double largest = 0;
        for (int i = 1; i <= 3; ++i) largest = std::max(largest, std::abs(aucs[i + 1] - aucs[i]));
        if (largest <= delta && counter >= m) break;
    }
    return float(chosen < 0 ? fallback : chosen);
}

}  // namespace

class TestThresholdSearch : public QObject {
    Q_OBJECT

private slots:
    // 0 .70, 27 .97, 54 .76, 81 .49 -> best 27 -> [0, 54]; 0 .70, 18 .88, 36 .94, 54 .76 -> best 36 -> [18, 54]; 18 .88, 30 1.0, 42 .88, 54
    // .76
    // -> best 30 -> [18, 42]; 18 .88, 26 .96, 34 .96, 42 .88. N = 5 runs four grids, T was set on entering the fourth: 30.
    void literal_peak_inside() {
        const auto result = search(peak_at_30, settings(SearchAlgorithm::literal));
        QCOMPARE(trace(result), "0 27 54 81|0 18 36 54|18 30 42 54|18 26 34 42");
        QCOMPARE(result.chosen->threshold, 30.0f);
        QCOMPARE(result.end, SearchEnd::grids_used);
        QCOMPARE(result.evaluated.size(), 10u);
        QCOMPARE(result.grids[1].best, 2);
        QCOMPARE(result.grids[1].kept_low, 18.0f);
        QCOMPARE(result.grids[1].kept_high, 54.0f);
        QCOMPARE(result.grids[1].new_evaluations, 2);
        QVERIFY(std::abs(result.grids[0].changes[0] - 0.27) < 1e-12);
        QCOMPARE(result.reason(), "All 4 grids are used.");
    }

    // 0 is best -> [0, 27] -> [0, 9] -> [0, 3].
    void literal_peak_at_the_lower_boundary() {
        const auto result = search(falling, settings(SearchAlgorithm::literal));
        QCOMPARE(trace(result), "0 27 54 81|0 9 18 27|0 3 6 9|0 1 2 3");
        QCOMPARE(result.chosen->threshold, 0.0f);
    }

    // 81 is best -> [54, 81] -> [72, 81] -> [78, 81].
    void literal_peak_at_the_upper_boundary() {
        const auto result = search(rising, settings(SearchAlgorithm::literal));
        QCOMPARE(trace(result), "0 27 54 81|54 63 72 81|72 75 78 81|78 79 80 81");
        QCOMPARE(result.chosen->threshold, 81.0f);
    }

    // 27, 54 and 81 tie -> the lowest, 27 -> [0, 54]; 36 and 54 tie -> 36 -> [18, 54]; 30, 42, 54 tie -> 30 -> [18, 42].
    void literal_tie_takes_the_lowest_index() {
        const auto result = search(step_at_20, settings(SearchAlgorithm::literal));
        QCOMPARE(trace(result), "0 27 54 81|0 18 36 54|18 30 42 54|18 26 34 42");
        QCOMPARE(result.grids[0].best, 1);
        QCOMPARE(result.chosen->threshold, 30.0f);
    }

    // All equal: the counter is 2 < M = 3 after grid 1, so grid 2 runs on [0, 27], the lowest boundary's part; the counter is 3: T = T1 of
    // grid 1.
    void literal_plateau_stops_when_the_counter_reaches_m() {
        const auto result = search(constant, settings(SearchAlgorithm::literal));
        QCOMPARE(trace(result), "0 27 54 81|0 9 18 27");
        QCOMPARE(result.chosen->threshold, 0.0f);
        QCOMPARE(result.end, SearchEnd::converged);
        QVERIFY(result.plateau);
    }

    // M = 2: the counter is 2 after grid 1, T was never set: the best boundary of grid 1.
    void literal_stop_after_the_first_grid_takes_its_best() {
        const auto result = search(peak_at_30, settings(SearchAlgorithm::literal, 5, 2, 0.28));
        QCOMPARE(trace(result), "0 27 54 81");
        QCOMPARE(result.chosen->threshold, 27.0f);
        QCOMPARE(result.end, SearchEnd::converged);
    }

    // Largest changes by grid: .27, .18, .12, .08; delta = .1 stops after grid 4 of the 9 that N = 10 allows, with T from grid 3.
    void literal_early_stop() {
        const auto result = search(peak_at_30, settings(SearchAlgorithm::literal, 10, 3, 0.1));
        QCOMPARE(result.grids.size(), 4u);
        QCOMPARE(result.chosen->threshold, 30.0f);
        QCOMPARE(result.end, SearchEnd::converged);
        QCOMPARE(result.reason(), "Converged in grid 4: the AUC changes by at most 0.1 between its thresholds.");
    }

    // N = 3 runs two grids: 27 .91 is best of the first; the second finds 36 1.0, which the listing never uses. Corrected runs three and
    // does.
    void literal_never_uses_its_last_grid() {
        const auto literal = search(peak_at_36, settings(SearchAlgorithm::literal, 3, 2));
        QCOMPARE(trace(literal), "0 27 54 81|0 18 36 54");
        QCOMPARE(literal.chosen->threshold, 27.0f);
        const auto corrected = search(peak_at_36, settings(SearchAlgorithm::corrected, 3, 2));
        QCOMPARE(trace(corrected), "0 27 54 81|0 18 36 54|18 30 42 54");
        QCOMPARE(corrected.chosen->threshold, 36.0f);
    }

    // As the literal trace, then 26 and 34 tie -> 26 -> [18, 34]; the best point, 30, is on no later grid and is still returned.
    void corrected_keeps_the_best_point_and_needs_12_evaluations() {
        const auto result = search(peak_at_30, settings(SearchAlgorithm::corrected));
        QCOMPARE(trace(result), "0 27 54 81|0 18 36 54|18 30 42 54|18 26 34 42|18 23.3333 28.6667 34");
        QCOMPARE(result.chosen->threshold, 30.0f);
        QCOMPARE(result.evaluated.size(), 12u);
        QCOMPARE(result.reason(), "All 5 grids are used.");
    }

    void corrected_plateau_ends_early_and_says_why() {
        const auto flat = search(constant, settings(SearchAlgorithm::corrected, 5, 3, 0.005));
        QCOMPARE(flat.grids.size(), 3u);
        QCOMPARE(flat.chosen->threshold, 0.0f);
        QVERIFY(flat.plateau);
        QCOMPARE(flat.reason(),
                 "Converged in grid 3: the AUC changes by at most 0.005 between its thresholds, and no threshold up to ACT_max is worse: a "
                 "plateau.");
    }

    // 81 is best by a hair -> [54, 81] -> [72, 81], all within delta: the plateau's end, not a peak.
    void a_plateau_that_rises_by_a_hair_is_one() {
        const auto result =
            search([](float t) { return step_at_20(t) + 1e-5 * double(t); }, settings(SearchAlgorithm::corrected, 5, 3, 0.005));
        QCOMPARE(trace(result), "0 27 54 81|54 63 72 81|72 75 78 81");
        QCOMPARE(result.chosen->threshold, 81.0f);
        QVERIFY(result.plateau);
    }

    // Of equal AUCs the one evaluated first stays; the step itself stays inside the interval, so nothing converges.
    void corrected_tie_keeps_the_first() {
        const auto result = search(step_at_20, settings(SearchAlgorithm::corrected, 9, 3, 0.005));
        QCOMPARE(result.chosen->threshold, 27.0f);
        QCOMPARE(result.end, SearchEnd::grids_used);
        QVERIFY(!result.plateau);
    }

    // Convergence on a peak is no plateau: ACT_max is far worse; nor is convergence on a slope that rises up to ACT_max.
    void a_peak_is_no_plateau() {
        for (const auto& function : {peak_at_30, rising}) {
            const auto result = search(function, settings(SearchAlgorithm::corrected, 10, 3, 0.1));
            QCOMPARE(result.end, SearchEnd::converged);
            QVERIFY(!result.plateau);
        }
    }

    // Trials scatter by 0.2, but alike at every threshold: paired, there is no noise; yet that three trials changed alike is no certainty.
    // Unpaired noise of 0.01 is.
    void corrected_pairs_trials_and_reports_noise() {
        const auto run = [](double unpaired) {
            return search_threshold(81, settings(SearchAlgorithm::corrected, 5, 3, 0.005), [=](float threshold) {
                const double sign = std::fmod(std::round(threshold * 3), 2) == 0 ? 1 : -1;
                return AucEstimate{0.5, {{1, {0.7 + sign * unpaired, 0.5, 0.3 - sign * unpaired}}}};
            });
        };
        const auto paired = run(0);
        QCOMPARE(paired.end, SearchEnd::grids_used);
        QCOMPARE(*paired.grids[0].change_errors[0], 0.0);
        // An unseen share of 1 - 0.05^(1/3) may change by as much as trials have been seen to differ.
        QVERIFY(std::abs(*paired.grids[0].change_margins[0] - (1 - std::cbrt(0.05)) * 0.4) < 1e-12);
        QVERIFY(paired.grids[2].noise_prevents_stop);
        QVERIFY(std::abs(*paired.evaluated[0].standard_error - 0.2 / std::sqrt(3.0)) < 1e-12);
        const auto noisy = run(0.01);
        QCOMPARE(noisy.end, SearchEnd::grids_used);
        QVERIFY(noisy.grids[2].noise_prevents_stop);
        QVERIFY(!noisy.grids[1].noise_prevents_stop);
        // Boundaries 0 and 27 have signs + and -: differences -0.02, 0, 0.02, deviation 0.02.
        QVERIFY(std::abs(*noisy.grids[0].change_errors[0] - 0.02 / std::sqrt(3.0)) < 1e-12);
        QCOMPARE(noisy.reason(),
                 "All 5 grids are used; in grid 3 the AUC changed by at most 0.005, and noise alone prevented the stop: run more trials.");
    }

    // Accuracies at two rates whose trials are drawn apart: their noise adds as independent errors do, by weight. Where one threshold has
    // more trials than the other, its first ones pair.
    void trials_drawn_apart_add_their_noise() {
        const auto result = search_threshold(81, settings(SearchAlgorithm::corrected, 5, 3, 0.005), [](float threshold) {
            const bool is_odd = std::fmod(std::round(threshold * 3), 2) != 0;
            AucTrials first{0.75, {0.5, 0.7, 0.6}}, second{0.25, {0.9, 0.9}};
            if (is_odd) {
                first.values = {0.52, 0.7, 0.58, 0.1};
                second.values = {0.86, 0.94};
            }
            return AucEstimate{0.5, {first, second}};
        });
        // Differences -0.02, 0, 0.02 of deviation 0.02, and 0.04, -0.04 of deviation 0.04 * sqrt(2).
        const double expected = std::hypot(0.75 * 0.02 / std::sqrt(3.0), 0.25 * 0.04);
        QVERIFY(std::abs(*result.grids[0].change_errors[0] - expected) < 1e-12);
        QVERIFY(std::abs(*result.evaluated[0].standard_error - 0.75 * 0.1 / std::sqrt(3.0)) < 1e-12);
        const double margin = std::hypot(0.75 * 0.02 / std::sqrt(3.0) * 4.302652729911275, 0.25 * 0.04 * 12.706204736432095);
        QVERIFY(std::abs(*result.grids[0].change_margins[0] - margin) < 1e-9);
    }

    // Ten trials that all gave the same at every threshold, as where none drew a fault: the search went for a plateau.
    void trials_alike_are_no_certainty() {
        for (const int trials : {2, 10, 50, 400, 500}) {
            const auto result = search_threshold(81, settings(SearchAlgorithm::corrected, 5, 3, 0.005), [=](float) {
                return AucEstimate{0.7, {{1, std::vector<double>(std::size_t(trials), 0.7)}}};
            });
            // 0.7 * (1 - 0.05^(1/n)) is 0.0052 at 400 and 0.0042 at 500.
            QCOMPARE(result.end, trials < 500 ? SearchEnd::grids_used : SearchEnd::converged);
            QCOMPARE(result.grids[2].noise_prevents_stop, trials < 500);
            QCOMPARE(result.reason().find("noise alone") != std::string::npos, trials < 500);
        }
    }

    // Differences of +-0.0025 at random: SE 0.00083 with ten trials; 1.96 of them stay below 0.0018, Student's 2.26 do not.
    void the_quantile_fits_the_number_of_trials() {
        const auto run = [](double delta) {
            return search_threshold(81, settings(SearchAlgorithm::corrected, 5, 3, delta), [](float threshold) {
                const bool is_odd = std::fmod(std::round(threshold * 3), 2) != 0;
                std::vector<double> trials;
                for (int i = 0; i < 10; ++i) trials.push_back(0.7 + (is_odd ? (i % 2 == 0 ? 0.0025 : -0.0025) : 0));
                return AucEstimate{0.7, {{1, trials}}};
            });
        };
        const double error = 0.0025 / 3;  // ten squares of 0.0025, by 9 and 10
        const auto stopped = run(2.27 * error);
        QCOMPARE(stopped.end, SearchEnd::converged);
        const auto goes_on = run(2.25 * error);
        QCOMPARE(goes_on.end, SearchEnd::grids_used);
        QVERIFY(goes_on.grids[2].noise_prevents_stop);
        QVERIFY(std::abs(*goes_on.grids[0].change_margins[0] - 2.2621571628 * error) < 1e-9);
    }

    void the_listing_knows_no_noise() {
        const auto result = search_threshold(81, settings(SearchAlgorithm::literal), [](float) {
            return AucEstimate{0.7, {{1, {0.9, 0.5}}}};
        });
        QCOMPARE(result.end, SearchEnd::converged);
        QVERIFY(!result.grids.back().noise_prevents_stop);
    }

    void a_single_trial_leaves_the_noise_unknown() {
        const auto result = search_threshold(81, settings(SearchAlgorithm::corrected, 4, 2, 0.005), [](float) {
            return AucEstimate{0.5, {{1, {0.5}}}};
        });
        QCOMPARE(result.end, SearchEnd::grids_used);
        QVERIFY(!result.evaluated[0].standard_error);
        QVERIFY(!result.grids[0].change_errors[1]);
        QVERIFY(result.grids[1].noise_prevents_stop);
    }

    void any_function_is_searched_by_the_rules() {
        for (unsigned seed = 0; seed < 2000; ++seed) {
            const Function function = random_function(seed, seed % 2 ? 4 : 1 << 20);
            const int n = 2 + int(seed % 7);
            const int m = 1 + int(seed / 7) % (n - 1);
            const double delta = seed % 3 ? 0.25 : 0;
            std::map<float, int> calls;
            const auto counted = [&](float threshold) {
                ++calls[threshold];
                return function(threshold);
            };
            const auto result = search(counted, settings(SearchAlgorithm::corrected, n, m, delta), 6.51f);
            double best = -1;
            std::set<float> boundaries;
            for (const auto& evaluated : result.evaluated) best = std::max(best, evaluated.auc);
            for (const auto& grid : result.grids) boundaries.insert(grid.thresholds.begin(), grid.thresholds.end());
            QCOMPARE(result.chosen->auc, best);
            QCOMPARE(result.chosen->auc, function(result.chosen->threshold));
            QCOMPARE(boundaries.size(), result.evaluated.size());
            for (const auto& [threshold, count] : calls) QCOMPARE(count, 1);
            if (result.end == SearchEnd::grids_used) QCOMPARE(int(result.grids.size()), n);
            const auto literal = search(function, settings(SearchAlgorithm::literal, n, m, delta), 6.51f);
            QCOMPARE(literal.chosen->threshold, listing(function, 6.51f, n, m, delta));
        }
    }

    void observers_hear_everything_in_order() {
        std::vector<float> heard;
        std::vector<int> grids;
        const ThresholdSearchObserver observer{[&](const EvaluatedThreshold& evaluated) { heard.push_back(evaluated.threshold); },
                                               [&](const SearchGrid& grid) { grids.push_back(grid.number * 100 + int(heard.size())); }};
        search_threshold(
            81, settings(SearchAlgorithm::corrected, 3, 2),
            [](float t) {
                return AucEstimate{peak_at_30(t), {}};
            },
            {}, observer);
        QCOMPARE(heard, (std::vector<float>{0, 27, 54, 81, 18, 36, 30, 42}));
        QCOMPARE(grids, (std::vector<int>{104, 206, 308}));
    }

    void stopping_keeps_what_was_found() {
        for (const SearchAlgorithm algorithm : {SearchAlgorithm::corrected, SearchAlgorithm::literal}) {
            for (const int allowed : {0, 2, 5}) {
                std::stop_source source;
                if (allowed == 0) source.request_stop();
                int calls = 0;
                const auto function = [&](float threshold) {
                    if (++calls == allowed) source.request_stop();
                    return AucEstimate{peak_at_36(threshold), {}};
                };
                const auto result = search_threshold(81, settings(algorithm), function, source.get_token());
                QCOMPARE(calls, allowed);
                QCOMPARE(result.end, SearchEnd::stopped);
                QCOMPARE(result.chosen.has_value(), allowed > 0);
                QCOMPARE(result.grids.size(), allowed == 5 ? 1u : 0u);
                if (allowed > 0) QCOMPARE(result.chosen->threshold, 27.0f);
            }
        }
        const auto result = search_threshold(81, settings(SearchAlgorithm::corrected), [](float) { return std::optional<AucEstimate>(); });
        QCOMPARE(result.end, SearchEnd::stopped);
        QCOMPARE(result.reason(), "Stopped on request after 0 evaluations.");
    }

    // A site that is always 0 has one threshold to evaluate; the smallest subnormal cannot be divided.
    void tiny_intervals_end_well() {
        QCOMPARE(search(constant, settings(SearchAlgorithm::corrected), 0).evaluated.size(), 1u);
        const float tiny = std::numeric_limits<float>::denorm_min();
        QVERIFY(search(rising, settings(SearchAlgorithm::corrected, 100, 99), tiny).evaluated.size() <= 2u);
        QVERIFY(search(peak_at_30, settings(SearchAlgorithm::corrected, 100, 99), 81).evaluated.size() < 204u);
        QCOMPARE(search(rising, settings(SearchAlgorithm::corrected), std::numeric_limits<float>::max()).chosen->threshold,
                 std::numeric_limits<float>::max());
    }

    void senseless_settings_are_refused() {
        const std::pair<int, int> counts[] = {{1, 1}, {3, 3}, {3, 4}, {5, 0}, {5, -1}, {0, 0}, {101, 3}};
        for (const auto& [n, m] : counts)
            QVERIFY_EXCEPTION_THROWN(search(constant, settings(SearchAlgorithm::corrected, n, m)), UsageError);
        for (const double delta : {-0.1, std::nan(""), HUGE_VAL}) {
            QVERIFY_EXCEPTION_THROWN(search(constant, settings(SearchAlgorithm::literal, 5, 3, delta)), UsageError);
        }
        for (const float act_max : {-1.0f, std::nanf(""), HUGE_VALF}) {
            QVERIFY_EXCEPTION_THROWN(search(constant, settings(SearchAlgorithm::corrected), act_max), UsageError);
        }
        QVERIFY_EXCEPTION_THROWN(search([](float) { return std::nan(""); }, settings(SearchAlgorithm::corrected)), std::logic_error);
        QVERIFY_EXCEPTION_THROWN(search_algorithm_from_string("exact"), UsageError);
        QCOMPARE(search_algorithm_from_string(to_string(SearchAlgorithm::literal)), SearchAlgorithm::literal);
    }
};

QTEST_GUILESS_MAIN(TestThresholdSearch)
#include "test_threshold_search.moc"
