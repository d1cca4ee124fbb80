#include "clipping/threshold_search.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <stdexcept>

#include "common/error.h"
#include "common/named_values.h"
#include "common/number_text.h"
#include "statistics/confidence.h"

namespace clipscope {
namespace {

constexpr int most_grids = 100;     // thirds of an interval are below float32's resolution long before
constexpr double rounding = 1e-12;  // trials that change alike differ by no more

// Of the mean of `values`: 0 for none (no noise), unknown for one.
std::optional<double> standard_error(const std::vector<double>& values) {
    if (values.empty()) return 0.0;
    if (values.size() == 1) return std::nullopt;
    const auto n = double(values.size());
    double shift = 0;
    for (const double value : values) shift += value - values.front();
    const double mean = values.front() + shift / n;
    double squares = 0;
    for (const double value : values) squares += (value - mean) * (value - mean);
    return std::sqrt(squares / (n - 1) / n);
}

std::vector<double> changes_by_trial(const AucTrials& first, const AucTrials& second) {
    std::vector<double> differences(std::min(first.values.size(), second.values.size()));
    for (std::size_t i = 0; i < differences.size(); ++i) differences[i] = first.values[i] - second.values[i];
    return differences;
}

// Of the sum of what independent parts say, each in units of its weight; unknown where one of them is.
std::optional<double> joint_error(std::span<const std::optional<double>> errors, std::span<const AucTrials> parts) {
    double squares = 0;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        if (!errors[i]) return std::nullopt;
        const double weighted = parts[i].weight * *errors[i];
        if (parts.size() == 1) return weighted;
        squares += weighted * weighted;
    }
    return std::sqrt(squares);
}

std::optional<double> standard_error(const AucEstimate& estimate) {
    std::vector<std::optional<double>> errors;
    for (const AucTrials& part : estimate.trials) errors.push_back(standard_error(part.values));
    return joint_error(errors, estimate.trials);
}

// Smallest and largest of many numbers.
struct Span {
    double low = std::numeric_limits<double>::infinity();
    double high = -std::numeric_limits<double>::infinity();

    void include(const std::vector<double>& values) {
        for (const double value : values) {
            low = std::min(low, value);
            high = std::max(high, value);
        }
    }
    bool is_one_value() const { return high - low <= rounding; }
};

void check(float act_max, const ThresholdSearchSettings& settings) {
    check_search_settings(settings);
    if (!(act_max >= 0 && std::isfinite(act_max))) {
        throw UsageError("The search cannot begin at an ACT_max of " + number_text(act_max) +
                         ": profile the network on clean images first.");
    }
}

// One search; the members are what it has learnt so far.
class Search {
public:
    Search(float act_max, const ThresholdSearchSettings& settings, const AucsOfThresholds& aucs_of_thresholds, std::stop_token stop,
           const ThresholdSearchObserver& observer)
        : aucs_of_thresholds_(aucs_of_thresholds), stop_(std::move(stop)), observer_(observer) {
        result_.settings = settings;
        result_.act_max = act_max + 0.0f;  // -0 becomes 0
    }

    ThresholdSearchResult run() {
        const ThresholdSearchSettings& settings = result_.settings;
        const int most = is_literal() ? settings.n - 1 : settings.n;
        result_.end = SearchEnd::grids_used;
        float low = 0;
        float high = result_.act_max;
        for (int number = 1; number <= most; ++number) {
            const auto grid = run_grid(number, low, high);
            if (!grid) {
                result_.end = SearchEnd::stopped;
                break;
            }
            result_.grids.push_back(*grid);
            if (observer_.on_grid) observer_.on_grid(*grid);
            if (is_converged(*grid)) {
                result_.end = SearchEnd::converged;
                break;
            }
            low = grid->kept_low;
            high = grid->kept_high;
        }
        choose();
        return std::move(result_);
    }

private:
    bool is_literal() const { return result_.settings.algorithm == SearchAlgorithm::literal; }

    // Fills the memory with those of the thresholds that it lacks; false where the search is stopped.
    bool evaluate(std::span<const float> thresholds) {
        std::vector<float> asked;
        for (const float threshold : thresholds)
            if (!memory_.contains(threshold) && std::find(asked.begin(), asked.end(), threshold) == asked.end()) asked.push_back(threshold);
        if (asked.empty()) return true;
        if (stop_.stop_requested()) return false;
        std::vector<AucEstimate> estimates = aucs_of_thresholds_(asked);
        if (estimates.size() > asked.size()) throw std::logic_error("search_threshold: there are more AUCs than thresholds");
        for (std::size_t i = 0; i < estimates.size(); ++i) remember(asked[i], std::move(estimates[i]));
        return estimates.size() == asked.size();
    }

    void remember(float threshold, AucEstimate estimate) {
        if (!std::isfinite(estimate.auc)) throw std::logic_error("search_threshold: an AUC is not a number");
        if (!memory_.empty() && estimate.trials.size() != seen_.size())
            throw std::logic_error("search_threshold: the thresholds have trials of different kinds");
        result_.evaluated.push_back({threshold, estimate.auc, standard_error(estimate)});
        if (observer_.on_evaluated) observer_.on_evaluated(result_.evaluated.back());
        seen_.resize(estimate.trials.size());
        for (std::size_t part = 0; part < seen_.size(); ++part) seen_[part].include(estimate.trials[part].values);
        memory_.emplace(threshold, std::move(estimate));
    }

    std::optional<SearchGrid> run_grid(int number, float low, float high) {
        const double third = (double(high) - double(low)) / 3;
        SearchGrid grid;
        grid.number = number;
        grid.thresholds = {low, float(low + third), float(low + third + third), high};
        const std::size_t evaluated_before = result_.evaluated.size();
        std::array<const AucEstimate*, 4> estimates{};
        if (!evaluate(grid.thresholds)) return std::nullopt;
        for (std::size_t i = 0; i < 4; ++i) {
            estimates[i] = &memory_.at(grid.thresholds[i]);
            grid.aucs[i] = estimates[i]->auc;
        }
        grid.new_evaluations = int(result_.evaluated.size() - evaluated_before);
        for (std::size_t i = 0; i < 3; ++i) {
            grid.changes[i] = std::abs(grid.aucs[i + 1] - grid.aucs[i]);
            grid.change_errors[i] = 0.0;
            grid.change_margins[i] = 0.0;
            if (estimates[i] != estimates[i + 1]) measure_noise(*estimates[i], *estimates[i + 1], grid, i);
        }
        grid.best = int(std::max_element(grid.aucs.begin(), grid.aucs.end()) - grid.aucs.begin());
        grid.kept_low = grid.thresholds[std::size_t(std::max(grid.best - 1, 0))];
        grid.kept_high = grid.thresholds[std::size_t(std::min(grid.best + 1, 3))];
        grid.noise_prevents_stop = !is_literal() && number >= result_.settings.m && is_flat(grid) && !is_flat_beyond_doubt(grid);
        return grid;
    }

    void measure_noise(const AucEstimate& first, const AucEstimate& second, SearchGrid& grid, std::size_t i) const {
        std::vector<std::optional<double>> errors, margins;
        for (std::size_t part = 0; part < first.trials.size(); ++part) {
            const std::vector<double> changes = changes_by_trial(first.trials[part], second.trials[part]);
            errors.push_back(standard_error(changes));
            margins.push_back(changes.size() < 2 ? errors.back() : margin(changes, *errors.back(), seen_[part]));
        }
        grid.change_errors[i] = joint_error(errors, first.trials);
        grid.change_margins[i] = joint_error(margins, first.trials);
    }

    static double margin(const std::vector<double>& changes, double error, const Span& seen) {
        Span span;
        span.include(changes);
        if (!span.is_one_value()) return student_t95(int(changes.size())) * error;
        // Of a trial that was not drawn; where all that were are alike, one that loses everything.
        const double largest_change = seen.is_one_value() ? std::abs(seen.high) : seen.high - seen.low;
        return unseen_share95(std::int64_t(changes.size())) * largest_change;
    }

    bool is_flat(const SearchGrid& grid) const {
        return std::all_of(grid.changes.begin(), grid.changes.end(), [&](double change) { return change <= result_.settings.delta; });
    }

    bool is_flat_beyond_doubt(const SearchGrid& grid) const {
        for (std::size_t i = 0; i < 3; ++i) {
            const auto margin = grid.change_margins[i];
            if (!margin || grid.changes[i] + *margin > result_.settings.delta) return false;
        }
        return true;
    }

    bool is_converged(const SearchGrid& grid) const {
        // The listing has raised its counter by now.
        if (is_literal()) return is_flat(grid) && grid.number + 1 >= result_.settings.m;
        return grid.number >= result_.settings.m && is_flat_beyond_doubt(grid);
    }

    void choose() {
        if (result_.evaluated.empty()) return;
        if (is_literal() && !result_.grids.empty()) {
            // T is set on entering a grid, from the one before; a stop in the middle of a grid leaves it at that.
            const bool inside_a_grid = result_.end == SearchEnd::stopped;
            const std::size_t last = result_.grids.size() - 1;
            const SearchGrid& grid = result_.grids[inside_a_grid || last == 0 ? last : last - 1];
            const float threshold = grid.thresholds[std::size_t(grid.best)];
            result_.chosen = *std::find_if(result_.evaluated.begin(), result_.evaluated.end(),
                                           [&](const EvaluatedThreshold& candidate) { return candidate.threshold == threshold; });
        } else {
            // The first of equals: what was evaluated first stays.
            result_.chosen = *std::max_element(result_.evaluated.begin(), result_.evaluated.end(),
                                               [](const EvaluatedThreshold& a, const EvaluatedThreshold& b) { return a.auc < b.auc; });
        }
        result_.plateau = result_.end == SearchEnd::converged && is_plateau();
    }

    bool is_plateau() const {
        const float from = std::min(result_.chosen->threshold, result_.grids.front().thresholds[2]);
        return std::all_of(result_.evaluated.begin(), result_.evaluated.end(), [&](const EvaluatedThreshold& other) {
            return other.threshold < from || other.auc >= result_.chosen->auc - result_.settings.delta;
        });
    }

    const AucsOfThresholds& aucs_of_thresholds_;
    std::stop_token stop_;
    const ThresholdSearchObserver& observer_;
    std::map<float, AucEstimate> memory_;
    std::vector<Span> seen_;  // values of single trials, by part
    ThresholdSearchResult result_;
};

const char* name_of(SearchAlgorithm value) {
    switch (value) {
        case SearchAlgorithm::corrected:
            return "corrected";
        case SearchAlgorithm::literal:
            return "literal";
    }
    return nullptr;
}

const char* name_of(SearchEnd value) {
    switch (value) {
        case SearchEnd::converged:
            return "converged";
        case SearchEnd::grids_used:
            return "grids-used";
        case SearchEnd::stopped:
            return "stopped";
    }
    return nullptr;
}

}  // namespace

std::string to_string(SearchAlgorithm algorithm) {
    return name_of(algorithm);
}

SearchAlgorithm search_algorithm_from_string(const std::string& text) {
    if (const auto algorithm = value_named<SearchAlgorithm>(text, name_of)) return *algorithm;
    throw UsageError("'" + text + "' is not an algorithm for the search: choose " + names_of_all<SearchAlgorithm>(name_of) + ".");
}

void check_search_settings(const ThresholdSearchSettings& settings) {
    if (settings.m < 1 || settings.m >= settings.n || settings.n > most_grids) {
        throw UsageError("The search needs 1 <= M < N <= 100, but M is " + std::to_string(settings.m) + " and N is " +
                         std::to_string(settings.n) + ": change one of them.");
    }
    if (!(settings.delta >= 0 && std::isfinite(settings.delta))) {
        throw UsageError("The search cannot stop at AUC changes up to " + number_text(settings.delta) + ": choose a delta of 0 or more.");
    }
}

std::string to_string(SearchEnd end) {
    return name_of(end);
}

SearchEnd search_end_from_string(const std::string& text) {
    if (const auto end = value_named<SearchEnd>(text, name_of)) return *end;
    throw UsageError("'" + text + "' is not an end of a search: choose " + names_of_all<SearchEnd>(name_of) + ".");
}

std::string ThresholdSearchResult::reason() const {
    const std::string delta = number_text(settings.delta);
    const auto flat_but_noisy = std::find_if(grids.begin(), grids.end(), [](const SearchGrid& grid) { return grid.noise_prevents_stop; });
    std::string text;
    switch (end) {
        case SearchEnd::converged:
            text =
                "Converged in grid " + std::to_string(grids.size()) + ": the AUC changes by at most " + delta + " between its thresholds";
            if (plateau) return text + ", and no threshold up to ACT_max is worse: a plateau.";
            return text + ".";
        case SearchEnd::grids_used:
            text = "All " + std::to_string(grids.size()) + (grids.size() == 1 ? " grid is used" : " grids are used");
            break;
        case SearchEnd::stopped:
            text =
                "Stopped on request after " + std::to_string(evaluated.size()) + (evaluated.size() == 1 ? " evaluation" : " evaluations");
            break;
    }
    if (flat_but_noisy == grids.end()) return text + ".";
    return text + "; in grid " + std::to_string(flat_but_noisy->number) + " the AUC changed by at most " + delta +
           ", and noise alone prevented the stop: run more trials.";
}

ThresholdSearchResult search_threshold(float act_max, const ThresholdSearchSettings& settings, const AucsOfThresholds& aucs_of_thresholds,
                                       std::stop_token stop, const ThresholdSearchObserver& observer) {
    check(act_max, settings);
    return Search(act_max, settings, aucs_of_thresholds, std::move(stop), observer).run();
}

ThresholdSearchResult search_threshold(float act_max, const ThresholdSearchSettings& settings, const AucOfThreshold& auc_of_threshold,
                                       std::stop_token stop, const ThresholdSearchObserver& observer) {
    const AucsOfThresholds one_by_one = [&](std::span<const float> thresholds) {
        std::vector<AucEstimate> estimates;
        for (const float threshold : thresholds) {
            if (!estimates.empty() && stop.stop_requested()) break;
            std::optional<AucEstimate> estimate = auc_of_threshold(threshold);
            if (!estimate) break;
            estimates.push_back(std::move(*estimate));
        }
        return estimates;
    };
    return search_threshold(act_max, settings, one_by_one, stop, observer);
}

}  // namespace clipscope
