// A fault rate tried by hand: one trial's faults at any rate, bit by bit, and what the network answers with them: from few images at first
// up to exactly the trial that the sensitivity job (campaign/sensitivity.h) runs at that rate. Faults are nested (faults/fault_map.h), so
// that the network gets worse by the same bits one after the other.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "campaign/accuracy_curves.h"
#include "campaign/fault_scope.h"
#include "campaign/job_inputs.h"
#include "clipping/activation_histogram.h"
#include "evaluation/evaluator.h"
#include "faults/trial_faults.h"

namespace clipscope {

struct RateSettings {
    FaultScope scope{};
    std::uint64_t seed = 1;
    NonfiniteRule nonfinite = NonfiniteRule::wrong;
    int threads = 0;               // workers of what runs without faults; 0: all cores
    int chunk = 0;                 // images a pass; 0: what suits network and images
    std::string device = "auto";   // "auto", "cpu", "cuda:0"
    std::size_t memory_bytes = 0;  // budget for kept activations; 0: a quarter of the free memory
    bool exact = false;
};

// One trial at one rate, on some of the images or all.
struct HandRate {
    int trial = 0;
    double rate = 0;
    std::int64_t faults = 0;  // faulty bits
    Outcome outcome;
    Outcome clean;  // of the same images
    std::int64_t all_images = 0;
    std::optional<double> next_rate{};  // as the functions below
    std::optional<double> previous_rate{};
    bool is_final = false;  // on all images: the campaign's trial, to the image
};

using HandRateObserver = std::function<void(const HandRate& so_far)>;

// Any thread may call; measurements come one after the other.
class RateByHand {
public:
    // The network as it is stored, unprotected. Throws UsageError on a scope without parts.
    RateByHand(JobInputs inputs, RateSettings settings);
    ~RateByHand();

    // Runs the images without faults; may take seconds. False where it was stopped: then it may be called again. Throws Error, UsageError.
    bool prepare(std::stop_token stop);

    // All below once it is prepared.
    std::int64_t bits() const { return bits_; }      // where a fault can begin
    double most_rate() const { return most_rate_; }  // rates go up to here, so that a trial stays some 100,000 faults at most

    // Of rates from 0 to most_rate(); throw UsageError on others. Quick, but the first one of another trial, which draws its faults.
    std::int64_t count(int trial, double rate) const;
    TrialFaults faults(int trial, double rate) const;  // those that are faulty then, and no others
    // A rate, of as few digits as it takes, at which exactly one more bit is faulty (several where they fail together in a pattern), or one
    // less. nullopt beyond the first or the last.
    std::optional<double> next_rate(int trial, double rate) const;
    std::optional<double> previous_rate(int trial, double rate) const;

    // Tells what a few images say, then more, the final numbers last. Nothing where it was stopped, which takes no longer than a chunk of
    // images.
    std::optional<HandRate> measure(int trial, double rate, const HandRateObserver& tell, std::stop_token stop) const;

    // What each activation site puts out on a few of the images: under these faults, or without any at rate 0.
    std::optional<std::vector<ActivationHistogram>> activations(int trial, double rate, std::stop_token stop) const;
    std::int64_t images_of_activations() const;

    const JobInputs& inputs() const { return inputs_; }
    const RateSettings& settings() const { return settings_; }

private:
    struct Drawn {
        int trial = -1;
        TrialFaults faults;         // up to most_rate_
        std::vector<double> marks;  // ascending
    };
    std::shared_ptr<const Drawn> drawn(int trial, double rate) const;
    EvaluatorOptions options() const;
    std::vector<ImageSample> few_images() const;

    const JobInputs inputs_;
    const RateSettings settings_;
    std::unique_ptr<Evaluator> evaluator_;
    std::unique_ptr<Evaluator> few_;  // for activations
    FaultScope scope_;                // as it is stored
    std::vector<ImageSample> samples_;
    std::int64_t bits_ = 0;
    double most_rate_ = 1;
    mutable std::mutex measuring_;
    mutable std::mutex drawing_;
    mutable std::shared_ptr<const Drawn> drawn_;  // of the trial asked for last
};

}  // namespace clipscope
