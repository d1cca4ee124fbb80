// Evaluates a network on a fixed set of images, clean and with faulty parameters. A trial starts at the first faulty layer, from clean
// values kept there, and computes only what differs from the clean run: then results can differ from those of a full pass where two logits
// nearly tie, because sums are added up in another order. With `exact` it gives, bit for bit, what a full pass over the faulty network
// gives: the same chunks, the same operations on the same operands.
//
// An Evaluator is shared by all workers and read-only once prepared; each worker owns a TrialRunner, which owns copies of the parameters
// that faults may hit. Neither header knows LibTorch.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "clipping/clipping.h"
#include "data/dataset.h"
#include "data/normalization.h"
#include "evaluation/computed_with.h"
#include "evaluation/outcome.h"
#include "faults/injection_counts.h"
#include "faults/trial_faults.h"
#include "network/network.h"
#include "protection/activation/site_protections.h"

namespace clipscope {

class CleanRun;

struct EvaluatorOptions {
    int chunk = 0;                 // images a pass; belongs to the result of `exact`; 0: what suits the network and its images' size
    std::string device = "auto";   // "auto", "cpu", "cuda:0"
    std::size_t memory_bytes = 0;  // budget for kept clean values, which no result depends on; 0: a quarter of the free memory
    bool exact = false;
    bool stack = false;   // a trial's rates in one pass, as a GPU always has them without `exact`
    Clipping clipping{};  // the sites that are clipped, in the clean network and under faults alike
    std::shared_ptr<const SiteProtections> protections{};  // of the other sites, likewise; null: none
};

// Images by their place among all, each list ascending; SampledOutcome says what the two are. No image is in both.
struct ImageSample {
    std::vector<std::int64_t> right;
    std::vector<std::int64_t> others;

    std::vector<std::int64_t> all() const;  // ascending
};

class Evaluator {
public:
    // Normalises the images and runs two of them. Throws Error where they cannot enter the network, UsageError on senseless options or a
    // device that is not there.
    Evaluator(std::shared_ptr<const Network> network, const Dataset& images, const InputFormat& input, const EvaluatorOptions& options);
    ~Evaluator();
    Evaluator(const Evaluator&) = delete;
    Evaluator& operator=(const Evaluator&) = delete;

    // Runs the clean network on all images with so many workers and keeps clean values before `first_parts` (indices into the network's
    // memory parts), where trials will start, as far as the memory budget allows: none where there are no such parts. Returns false where
    // it was stopped; then nothing else may be called.
    bool prepare(std::span<const std::size_t> first_parts, int threads, std::stop_token stop);

    // An evaluator of the same images with another threshold at one site, or where that is protected otherwise, at one bound, with another
    // upper one; shares the images and all that the site does not change, keeps
    // this one's memory budget, and is to be prepared like any other. This one must be prepared; it may be destroyed first.
    std::unique_ptr<Evaluator> with_threshold(std::size_t site, std::optional<float> threshold) const;

    // An evaluator of the first chunks of these images, at least so many images, with the same clipping in the exact mode and the least
    // memory budget; shares the images and is to be prepared like any other. This one may be destroyed first.
    std::unique_ptr<Evaluator> exact_twin(std::size_t least_images) const;
    bool is_exact() const;

    // Gives back about half of the kept clean values, those that save least first; false where there are none. Later trials compute them
    // anew. No runner may be at work.
    bool release_memory() const;

    // Of these parts of the memory the ones that are stored here: thresholds only where a site is clipped.
    std::vector<std::size_t> stored(std::span<const std::size_t> parts) const;

    // So many trials on a few images are worth running at once (TrialRunner::run_samples()); 1 where they share nothing, or copies of the
    // parameters for each would take too much memory.
    std::size_t samples_at_once() const;
    // Whether a trial may run on some of the images alone: not where every pass runs whole chunks.
    bool can_sample() const;
    // The images, by their place among all, that the clean network answers rightly (non-finite logits are wrong), or the others.
    std::vector<std::int64_t> images_answered(bool rightly) const;

    // The values that these parts (layers, thresholds of activation sites) put out for an image, as memory. Throws UsageError where faults
    // cannot hit them.
    std::vector<OutputMemory> output_memories(std::span<const std::size_t> parts) const;
    // Finds out what int8 words of these outputs need to know of the network without faults; the first trial does otherwise, for others
    // wait for it. False where it was stopped.
    bool measure_outputs(std::span<const std::size_t> parts, int threads, std::stop_token stop) const;
    // By their place: the images' numbers in the data set that they were chosen from.
    const std::vector<std::int64_t>& image_numbers() const;

    const Outcome& clean() const;  // of the clipped network without faults
    std::size_t classes() const;
    std::size_t chunk() const;  // images a pass
    // Why every pass runs whole chunks as with `exact`, although it was not asked for: images that influence each other, found by
    // prepare().
    std::optional<std::string> why_exact() const;
    std::uint64_t multiplications_per_image() const;  // of a full pass, in convolutions and linear layers
    std::size_t kept_bytes() const;                   // of clean values
    std::string device_name() const;                  // "CPU" or the GPU's
    ComputedWith computed_with() const;               // the device and chunk that were taken
    const Network& network() const;

    struct State;
    const State& state() const { return *state_; }

private:
    friend class ThresholdEvaluator;
    explicit Evaluator(std::unique_ptr<State> state);
    void run_clean(CleanRun& clean_run, int threads, const std::stop_token& stop);
    void probe_images(int threads, const std::stop_token& stop);
    void with_explained_errors(const std::function<void()>& passes) const;
    static std::unique_ptr<Evaluator> exact_twin_of(const State& of, std::size_t least_images);
    static std::unique_ptr<Evaluator> derive(const State& from, std::size_t site, std::optional<float> threshold, std::size_t memory_bytes);

    std::unique_ptr<State> state_;
};

// A value that a layer or an activation put out for an image, and what a transient fault made of it.
struct FaultyOutputValue {
    std::size_t part = 0;
    std::int64_t image = 0;  // its place among all
    std::int64_t element = 0;
    std::uint32_t faulty_bits = 0;  // as a mask
    float before = 0;
    float after = 0;
};

// Owned and used by one thread.
class TrialRunner {
public:
    explicit TrialRunner(const Evaluator& evaluator);
    ~TrialRunner();
    TrialRunner(const TrialRunner&) = delete;
    TrialRunner& operator=(const TrialRunner&) = delete;

    // The outcome with the bits faulty whose mark is below `rate`; afterwards all parameters are bitwise what they were. Polls `stop` for
    // every chunk of images; empty where it was stopped. `logits`, where given, gets all images' logits one after the other (of an image
    // that was proved to end in NaN logits, NaN).
    std::optional<Outcome> run(const TrialFaults& faults, double rate, std::stop_token stop, std::vector<float>* logits = nullptr);

    // The same on these images alone; the outcome of each is bit for bit that of run(). Only where the evaluator can_sample().
    std::optional<SampledOutcome> run_sample(const TrialFaults& faults, double rate, const ImageSample& sample, std::stop_token stop);

    // Several such trials, which share what the clean parameters have a part in: passes of few images cost little less than those of some
    // more. Outcomes are those of run_sample(). Nothing where it was stopped.
    struct SampledRun {
        const TrialFaults* faults = nullptr;
        double rate = 0;
        const ImageSample* sample = nullptr;
    };
    std::optional<std::vector<SampledOutcome>> run_samples(std::span<const SampledRun> runs, std::stop_token stop);

    // The outcomes at these ascending rates, each told in its turn; on a GPU several rates share a pass. False where it was stopped.
    bool run_rates(const TrialFaults& faults, std::span<const double> rates, std::stop_token stop,
                   const std::function<void(std::size_t rate_index, const Outcome& outcome)>& report);

    // What the latest run() with a faulty bit injected, in a report the rate told; layers in ascending order.
    const InjectionCounts& injected() const;

    // From now on run() lists every faulty output value, by output, image and element.
    void list_output_values() { lists_output_values_ = true; }
    const std::vector<FaultyOutputValue>& output_values() const { return output_values_; }

    // Whether every parameter copy equals the network's, bit for bit.
    bool parameters_are_clean() const;

private:
    struct State;
    std::unique_ptr<State> state_;
    bool lists_output_values_ = false;
    std::vector<FaultyOutputValue> output_values_;
};

}  // namespace clipscope
