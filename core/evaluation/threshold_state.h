// What a ThresholdEvaluator holds and its ThresholdRunners read. Includes LibTorch.
#pragma once

#include <atomic>
#include <limits>
#include <map>
#include <mutex>
#include <utility>

#include "clipping/equivalent_thresholds.h"
#include "evaluation/evaluator_state.h"
#include "evaluation/threshold_evaluator.h"

namespace clipscope {

// What one image came to at one threshold, and which thresholds clip its faulty values alike.
struct KnownImage {
    ThresholdBracket bracket = no_threshold;
    Verdict verdict{};
};

using KnownImages = std::vector<KnownImage>;  // by image, or by its place in the trial's sample

struct ThresholdEvaluator::State {
    explicit State(const Evaluator::State& base, std::size_t site) : base(base), site(base.network->structure().sites.at(site)) {}

    const Evaluator::State& base;
    const FoundSite& site;
    std::size_t site_index = 0;
    std::vector<float> thresholds;
    std::vector<std::unique_ptr<Evaluator>> made;     // those that are not the base
    std::vector<const Evaluator::State*> evaluators;  // by threshold
    // By threshold: of the clean values that go into the site, one bracket for every image and channel, image by image; none where they are
    // not kept.
    std::vector<std::vector<ThresholdBracket>> clean_brackets;

    // Verdicts of earlier thresholds. Faulty sets are nested, so that a trial's number of faults says which they are.
    using Run = std::pair<std::uint64_t, std::int64_t>;  // trial, faults
    std::mutex mutex;                                    // of `known`; a run's list is only touched by the worker that has the trial
    std::map<Run, std::vector<KnownImages>> known;
    std::size_t bytes_for_known = 0;
    std::atomic<std::size_t> known_bytes = 0;

    std::vector<KnownImages>& known_of(const Run& run) {
        const std::lock_guard lock(mutex);
        return known[run];
    }
    // Whether there is room to remember so many bytes; then they are taken.
    bool takes_room(std::size_t bytes) {
        if (known_bytes.fetch_add(bytes) + bytes <= bytes_for_known) return true;
        known_bytes -= bytes;
        return false;
    }

    // How the site is protected, where that is not by clipping.
    const ProtectedSite* protection() const { return base.protections ? base.protections->at(site_index) : nullptr; }

    // Where values of some channels tell what the activation makes of them.
    bool can_be_bracketed(const at::Tensor& values) const;
    // Of values N×C×…, `planes` of them a row; those that the site's activation gives decide.
    std::vector<ThresholdBracket> brackets_of(const at::Tensor& values, float threshold, std::int64_t planes) const;
};

}  // namespace clipscope
