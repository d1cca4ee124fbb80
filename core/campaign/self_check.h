// The self-check of a job: a share of its trials is run in the exact mode too, and must give the same answers, image by image, but for
// near-ties (evaluation/near_ties.h). Which trials is a function of seed, curve, rate and trial alone, so workers, order and interruptions
// change nothing about it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "campaign/self_check_counts.h"
#include "evaluation/evaluator.h"
#include "evaluation/threshold_evaluator.h"

namespace clipscope {

struct SelfCheckSettings {
    double share = 0;  // of the trials, 0 to 1; at least the first three of each curve, at one of their rates; 0: none

    // For tests: what a defect would do to the logits of the default mode.
    std::function<void(std::vector<float>& logits)> disturb{};
};

inline constexpr double default_self_check_share = 0.01;

// Throws UsageError unless the share is from 0 to 1.
void check_self_check_share(double share);

// Any number of threads.
class SelfCheck {
public:
    SelfCheck(SelfCheckSettings settings, std::uint64_t seed) : settings_(std::move(settings)), seed_(seed) {}

    // Indices into these ascending rates (or other points of a curve), those where the trial is to be checked. Rates without faults of
    // their own are never checked: nothing is computed there.
    std::vector<std::size_t> chosen(const std::string& curve, std::uint64_t trial, const TrialFaults& faults,
                                    std::span<const double> rates) const;
    // The same for one point.
    bool is_chosen(const std::string& curve, std::uint64_t trial, double point, std::size_t points) const;

    // Runs the trial in both modes. `outcome` is what the job reported of it, null where it is known from before. False where it was
    // stopped. Throws Error where something differs: `what` says of which trial. Nothing to do where the evaluator is exact.
    bool check(TrialRunner& runner, const Evaluator& evaluator, const TrialFaults& faults, double rate, const Outcome* outcome,
               const std::string& what, const std::stop_token& stop);
    // The same of one of several thresholds that share a run, where only counts are known: they may be apart by as many images as nearly
    // tie.
    bool check(const ThresholdEvaluator& evaluator, std::size_t threshold, const TrialFaults& faults, double rate, const Outcome& outcome,
               const std::string& what, SelfCheckCounts& counts, const std::stop_token& stop);

    bool is_on() const { return settings_.share > 0; }
    SelfCheckCounts counts() const;

private:
    // Made and prepared when it is first needed; null where it was stopped.
    template <typename Make>
    const Evaluator* twin(const void* of, float threshold, const Make& make, const TrialFaults& faults, const std::stop_token& stop);
    bool is_drawn(const std::string& curve, std::uint64_t trial, double point, double share) const;

    const SelfCheckSettings settings_;
    const std::uint64_t seed_;
    mutable std::mutex mutex_;
    std::map<std::pair<const void*, float>, std::unique_ptr<Evaluator>> twins_;
    SelfCheckCounts counts_;
};

// Compares all images' logits and returns the number of near-ties. Throws Error where an image differs otherwise, with `what` in it.
std::int64_t compare_modes(std::span<const float> exact, std::span<const float> fast, std::size_t classes, const std::string& what);

}  // namespace clipscope
