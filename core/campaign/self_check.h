// The self-check of a job: a share of its trials is run in the exact mode too, on some 200 of the images (a sweep's and a hardening's on all
// tuning images), and must give the same answers, image by image, but for near-ties (evaluation/near_ties.h). Which trials is a function of seed, curve, rate and trial alone, so workers, order and interruptions
// change nothing about it; what a resumed job knows already is checked again.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <tuple>
#include <vector>

#include "campaign/self_check_counts.h"
#include "evaluation/evaluator.h"
#include "evaluation/near_ties.h"
#include "evaluation/threshold_evaluator.h"

namespace clipscope {

struct SelfCheckSettings {
    double share = 0;  // of the trials, 0 to 1; at least the first three of each curve, at one of their points; 0: none

    // For tests: what a defect would do to the logits of the default mode.
    std::function<void(std::vector<float>& logits)> disturb{};
};

// One trial at one point of one curve.
struct SelfCheckedTrial {
    std::string curve;  // "CONV-1 clip-actmax"
    std::uint64_t trial = 0;
    double point = 0;           // a fault rate, or a bit position
    std::string point_name{};   // "rate 1e-06"
    const TrialFaults& faults;  // those whose mark is below `rate` are faulty
    double rate = 0;
    const Outcome* outcome = nullptr;  // what the job found; null where it is known from before
};

// Any number of threads.
class SelfCheck {
public:
    // Throws UsageError unless the share is from 0 to 1.
    SelfCheck(SelfCheckSettings settings, std::uint64_t seed);

    bool is_on(const Evaluator& evaluator) const { return settings_.share > 0 && !evaluator.is_exact(); }
    bool is_on() const { return settings_.share > 0; }

    // Indices of those points where the trial is to be checked. Give those alone at which it has faults of its own: nothing is computed at
    // the others.
    std::vector<std::size_t> chosen(const std::string& curve, std::uint64_t trial, std::span<const double> points) const;

    // Runs the trial in both modes. False where it was stopped. Throws Error where they differ.
    bool check(TrialRunner& runner, const Evaluator& evaluator, const SelfCheckedTrial& trial, const std::stop_token& stop);
    // The same at one of several thresholds that share a run. Only counts are known of it: they may be apart by as many images as nearly
    // tie.
    bool check(const ThresholdEvaluator& evaluator, std::size_t threshold, const SelfCheckedTrial& trial, const std::stop_token& stop);

    SelfCheckCounts counts() const;
    // Of the checks at a threshold.
    SelfCheckCounts counts(std::size_t threshold) const;

private:
    using Twins = std::map<std::pair<const void*, std::size_t>, std::unique_ptr<Evaluator>>;
    // By an evaluator in the exact mode that is made and prepared when it is first needed; nothing where it was stopped.
    std::optional<ExactRun> run_exact(const Twins::key_type& of, const std::function<std::unique_ptr<Evaluator>()>& make,
                                      const SelfCheckedTrial& trial, const std::stop_token& stop);
    double draw(const std::string& curve, std::uint64_t trial, double point) const;
    void note(const SelfCheckedTrial& trial, std::size_t threshold, std::int64_t near_ties);

    const SelfCheckSettings settings_;
    const std::uint64_t seed_;
    mutable std::mutex mutex_;
    Twins twins_;
    // By threshold, curve, trial and point: near-ties. A trial that begins again, for memory ran out, counts once.
    std::map<std::tuple<std::size_t, std::string, std::uint64_t, double>, std::int64_t> checked_;
};

// Compares all images' logits and returns the number of near-ties, those of `decided_by_rounding` (asked only where images differ)
// included.
// Throws Error where an image differs otherwise; `where` says of which trial, "CONV-1, rate 1e-06, trial 3".
std::int64_t compare_modes(std::span<const float> exact, std::span<const float> fast, std::size_t classes, const std::string& where,
                           const std::function<std::vector<bool>()>& decided_by_rounding = {});

}  // namespace clipscope
