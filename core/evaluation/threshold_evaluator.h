// Evaluates a network at several thresholds of one activation site at once. What does not depend on the threshold is computed once for all:
// the clean values before the site, a trial's faulty values up to it. An image whose faulty values at the site have none between two
// thresholds is clipped to the same values by both, so its verdict at one is its verdict at the other; verdicts are remembered from one set
// of thresholds to the next. Outcomes are those that an Evaluator of each clipping gives on its own: with `exact` bit for bit, else up to
// the near-ties that evaluator.h speaks of, and the same for any number of workers.
//
// Shared by all workers and read-only between two calls of prepare(); each worker owns a ThresholdRunner. Neither header knows LibTorch.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <vector>

#include "evaluation/evaluator.h"

namespace clipscope {

class ThresholdEvaluator {
public:
    // `base` is prepared, has some threshold at the site, or protects it otherwise at one bound (activation_kinds.h,
    // has_searchable_bound()), and outlives this.
    ThresholdEvaluator(const Evaluator& base, std::size_t site);
    ~ThresholdEvaluator();
    ThresholdEvaluator(const ThresholdEvaluator&) = delete;
    ThresholdEvaluator& operator=(const ThresholdEvaluator&) = delete;

    static constexpr std::size_t most_at_once = 4;  // each takes memory for clean values of its own

    // Makes these thresholds ready in place of those before: at most most_at_once, each >= 0. Trials will start at `first_layers`. False
    // where it was stopped; then nothing else may be called.
    bool prepare(std::span<const float> thresholds, std::span<const std::size_t> first_layers, int threads, std::stop_token stop);

    // Gives back what is only kept for speed; false where there is nothing. No runner may be at work.
    bool release_memory();

    const std::vector<float>& thresholds() const;       // that are ready
    const Outcome& clean(std::size_t threshold) const;  // at the threshold of this index
    std::size_t kept_bytes() const;  // of the thresholds' own clean values and of remembered verdicts; the base's come on top
    const Network& network() const;
    bool is_exact() const;
    bool can_sample() const;  // Evaluator::can_sample()
    // An evaluator with this threshold in the exact mode, to be prepared (Evaluator::exact_twin()).
    std::unique_ptr<Evaluator> exact_twin(std::size_t threshold) const;

    struct State;

private:
    friend class ThresholdRunner;
    std::unique_ptr<State> state_;
};

// Owned and used by one thread. Must not outlive the evaluator, nor see a prepare().
class ThresholdRunner {
public:
    explicit ThresholdRunner(ThresholdEvaluator& evaluator);
    ~ThresholdRunner();
    ThresholdRunner(const ThresholdRunner&) = delete;
    ThresholdRunner& operator=(const ThresholdRunner&) = delete;

    // The outcome at each threshold with the bits faulty whose mark is below `rate`. A trial's number stands for its faults: the same in
    // every call, and no two workers run the same trial at once. Polls `stop` for every chunk of images; empty where it was stopped.
    std::optional<std::vector<Outcome>> run(std::uint64_t trial, const TrialFaults& faults, double rate, std::stop_token stop);
    // The same on these images alone, for which the trial's number stands as well. Only where the evaluator can_sample().
    std::optional<std::vector<SampledOutcome>> run_sample(std::uint64_t trial, const TrialFaults& faults, double rate,
                                                          const ImageSample& sample, std::stop_token stop);

    // Whether every parameter copy equals the network's, bit for bit.
    bool parameters_are_clean() const;

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace clipscope
