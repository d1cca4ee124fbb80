// The threshold fine-tuning of FT-ClipAct (section IV-C, Algorithm 1): trisects [0, ACT_max] for the threshold T with the highest AUC.
// method.md, "Algorithm 1", says where the printed listing slips: literal follows it step by step, corrected is what it means. The search
// takes a callable T -> AUC and knows nothing of networks. It runs on the calling thread and calls back on it.
#pragma once

#include <array>
#include <functional>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

namespace clipscope {

enum class SearchAlgorithm { corrected, literal };

// "corrected", "literal": as JSON and the command line spell it.
std::string to_string(SearchAlgorithm algorithm);
SearchAlgorithm search_algorithm_from_string(const std::string& text);  // throws UsageError

struct ThresholdSearchSettings {
    SearchAlgorithm algorithm = SearchAlgorithm::corrected;
    int n = 5;  // grids (literal: one more than the grids); 2...100
    int m = 3;  // corrected: no stop before this grid; literal: before the counter, one ahead of the grid, has this value; 1 <= m < n
    double delta = 0.005;  // AUC changes up to this are none
};

// Throws UsageError unless 1 <= m < n <= 100 and delta >= 0.
void check_search_settings(const ThresholdSearchSettings& settings);

// What trials drawn together say of an AUC: its own value in each, or an accuracy that has a share of it.
struct AucTrials {
    double weight = 1;
    std::vector<double> values;  // one a trial
};

// What the network yields at one threshold. The trials are the same faults at every threshold, so that differences between thresholds pair;
// where one threshold has more trials than another, its first ones.
struct AucEstimate {
    double auc = 0;
    std::vector<AucTrials> trials{};  // drawn apart from each other, as many of them at every threshold; none: a function without noise
};

// One estimate for each threshold, in their order; fewer where it was stopped. Called with all thresholds of a grid that are not known yet;
// each is asked for once.
using AucsOfThresholds = std::function<std::vector<AucEstimate>(std::span<const float> thresholds)>;
// For a function of one threshold: nothing where it was stopped.
using AucOfThreshold = std::function<std::optional<AucEstimate>(float threshold)>;

struct EvaluatedThreshold {
    float threshold = 0;
    double auc = 0;
    std::optional<double> standard_error;  // of the AUC over trials; unknown for a single trial
};

// One pass: an interval in three parts, the AUC at its four boundaries and the part that the search goes on with.
struct SearchGrid {
    int number = 0;                     // from 1
    std::array<float, 4> thresholds{};  // T1...T4, the interval is [T1, T4]
    std::array<double, 4> aucs{};
    std::array<double, 3> changes{};                     // |AUC(i+1) - AUC(i)|
    std::array<std::optional<double>, 3> change_errors;  // standard errors of the changes, paired by trial; unknown for a single trial
    // How far each change may be from the truth, at 95 %: Student's t for so many trials times the standard error. Trials that all changed
    // alike are no certainty: an unseen share of trials, 1 - 0.05^(1/trials), may differ by as much as trials have been seen to do
    // in this search. Unknown for a single trial; 0 for a function without noise.
    std::array<std::optional<double>, 3> change_margins;
    int best = 0;        // 0...3: the boundary with the highest AUC, the lowest of equals
    float kept_low = 0;  // the part around it
    float kept_high = 0;
    int new_evaluations = 0;           // boundaries that were not remembered
    bool noise_prevents_stop = false;  // corrected: the changes are within delta, but not with their margins
};

enum class SearchEnd {
    converged,   // the AUC no longer changes by more than delta
    grids_used,  // all grids that N allows
    stopped,     // by the stop token
};

// "converged", "grids-used", "stopped": as JSON spells it.
std::string to_string(SearchEnd end);
SearchEnd search_end_from_string(const std::string& text);  // throws UsageError

struct ThresholdSearchResult {
    ThresholdSearchSettings settings;
    float act_max = 0;
    std::optional<EvaluatedThreshold> chosen;   // nothing only where it was stopped before the first evaluation
    std::vector<EvaluatedThreshold> evaluated;  // in the order of evaluation, each threshold once
    std::vector<SearchGrid> grids;              // complete ones
    SearchEnd end = SearchEnd::grids_used;
    // Converged, and tuning has nothing to gain: from the chosen threshold (or 2/3 of ACT_max, if that is lower) up to ACT_max, no
    // evaluated threshold is worse than the chosen one by more than delta.
    bool plateau = false;

    // One sentence for people: why it ended, and what noise had to do with it.
    std::string reason() const;
};

// What to tell while it runs; either may be empty.
struct ThresholdSearchObserver {
    std::function<void(const EvaluatedThreshold&)> on_evaluated;
    std::function<void(const SearchGrid&)> on_grid;
};

// Polls `stop` before each call; what was found until then is the result. Thresholds are float32 numbers, as the network compares
// with. Throws UsageError unless 1 <= m < n <= 100, delta >= 0 and act_max is finite and not negative; std::logic_error where the callable
// yields no number.
ThresholdSearchResult search_threshold(float act_max, const ThresholdSearchSettings& settings, const AucsOfThresholds& aucs_of_thresholds,
                                       std::stop_token stop = {}, const ThresholdSearchObserver& observer = {});
ThresholdSearchResult search_threshold(float act_max, const ThresholdSearchSettings& settings, const AucOfThreshold& auc_of_threshold,
                                       std::stop_token stop = {}, const ThresholdSearchObserver& observer = {});

}  // namespace clipscope
