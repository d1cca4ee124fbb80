// What a hardening might learn, with made-up but plausible numbers, for the tests of the views: the events and the search are core's own.
#pragma once

#include <cmath>
#include <random>

#include "campaign/events.h"

namespace clipscope {

// Resilience against the threshold: rises steeply from 0, has its top near 0.3 ACT_max, falls gently; noise that trials share.
inline MeasuredAuc example_auc(double relative_threshold, int trials = 8) {
    const double rise = 1 - std::exp(-14 * relative_threshold);
    const double fall = 1 / (1 + 0.45 * std::pow(std::max(0.0, relative_threshold - 0.25), 1.3));
    const double auc = 0.05 + 0.66 * rise * fall;
    MeasuredAuc measured;
    measured.clean_accuracy = 0.1 + 0.63 * (1 - std::exp(-30 * relative_threshold));
    measured.accuracies = {measured.clean_accuracy, 0.99 * measured.clean_accuracy, auc + 0.05, auc, auc - 0.05};
    double squares = 0;
    for (int trial = 0; trial < trials; ++trial) {
        const double off = 0.02 * std::sin(2.1 * trial) + 0.004 * std::cos(5.0 * trial + 9 * relative_threshold);
        measured.trial_aucs.push_back(auc + off);
        measured.auc += (auc + off) / trials;
    }
    for (const double one : measured.trial_aucs) squares += (one - measured.auc) * (one - measured.auc);
    measured.standard_error = std::sqrt(squares / (trials - 1) / trials);
    return measured;
}

inline const std::vector<double>& example_rates() {
    static const std::vector<double> rates{0, 1e-6, 1e-5, 1e-4, 5e-4};
    return rates;
}

inline std::shared_ptr<const ActivationHistogram> make_example_histogram(bool faulty) {
    auto histogram = std::make_shared<ActivationHistogram>();
    std::mt19937 generator(7);
    std::normal_distribution<float> activation(-0.4F, 1.4F);
    std::uniform_real_distribution<float> exponent(1, 38.4F);
    std::vector<float> values;
    for (int i = 0; i < 400000; ++i) values.push_back(std::max(0.0F, activation(generator)));
    if (faulty) {
        for (std::size_t i = 0; i < values.size(); i += 90) values[i] = std::pow(10.0F, exponent(generator));
        for (std::size_t i = 0; i < values.size(); i += 977) values[i] = i % 2 ? std::nanf("") : INFINITY;
    }
    histogram->add(values);
    return histogram;
}

inline std::shared_ptr<const ActivationHistogram> example_histogram(bool faulty) {
    static const std::shared_ptr<const ActivationHistogram> histograms[] = {make_example_histogram(false), make_example_histogram(true)};
    return histograms[faulty];
}

inline TuningInfo example_tuning_info() {
    TuningInfo info;
    info.job = TuningJob::harden;
    info.campaign.rates = example_rates();
    const char* const paths[] = {"features.1", "features.4", "features.7", "features.9"};
    for (int i = 0; i < 4; ++i)
        info.sites.push_back({"ACT-" + std::to_string(i + 1), paths[i], "relu", {"CONV-" + std::to_string(i + 1)}, {}});
    return info;
}

// Events as a hardening sends them: all sites profiled, faulty values of site 3, a sweep of site 3 if asked for, and the searches of sites
// 0 and 3. Site 3's search is cut off after `evaluations` of its evaluations, -1: none is.
inline TuningResult example_tuning(bool with_sweep = true, int evaluations = -1) {
    TuningResult result;
    apply(TuningStarted{example_tuning_info()}, result);
    const float act_max = 6.51F;
    for (int site = 0; site < 4; ++site) {
        apply(ActivationsMeasured{{site, {}, 0, 0, example_histogram(false)}}, result);
        apply(SiteProfiled{site, act_max + float(site), 400000, 0}, result);
    }
    apply(ActivationsMeasured{{3, "CONV-4", 1e-5, 4, example_histogram(true)}}, result);
    if (with_sweep) {
        MeasuredAuc unclipped = example_auc(0.3);
        unclipped.auc = 0.219;
        unclipped.standard_error = 0.012;
        unclipped.accuracies = {0.73, 0.55, 0.31, 0.2, 0.12};
        apply(SweepStarted{3, "CONV-4", act_max + 3, unclipped, example_rates()}, result);
        for (int i = 0; i <= 15; ++i) {
            const double relative = 0.1 * ((i * 7) % 16);
            apply(SweepPointMeasured{3, {float(relative) * (act_max + 3), example_auc(relative)}}, result);
        }
    }
    for (const int site : {0, 3}) {
        const float top = act_max + float(site);
        const std::string scope = "CONV-" + std::to_string(site + 1);
        apply(SearchStarted{site, scope, top, {}, example_rates()}, result);
        int grid = 1;
        int evaluated = 0;
        const auto is_open = [&] { return site == 0 || evaluations < 0 || evaluated < evaluations; };
        std::vector<Event> events;
        const ThresholdSearchResult found = search_threshold(top, {},
                                                             [&](float threshold) -> std::optional<AucEstimate> {
                                                                 const MeasuredAuc measured = example_auc(double(threshold) / double(top));
                                                                 if (is_open())
                                                                     apply(ThresholdEvaluated{site, {grid, {threshold, measured}}}, result);
                                                                 ++evaluated;
                                                                 return estimate_of(measured);
                                                             },
                                                             {}, {{}, [&](const SearchGrid& complete) {
                                                                      if (site == 0 || evaluations < 0 || evaluated <= evaluations)
                                                                          apply(IntervalChosen{site, complete}, result);
                                                                      ++grid;
                                                                  }});
        if (site == 3 && evaluations >= 0) continue;
        HardenedSite hardened{
            top,       found.chosen->threshold, example_auc(1).auc, found.chosen->auc, int(found.grids.size()), int(found.evaluated.size()),
            found.end, found.plateau,           found.reason()};
        apply(SiteHardened{site, hardened}, result);
    }
    return result;
}

}  // namespace clipscope
