// What faults do to a few images, value by value: to every activation site's output and to the logits. Everything is computed as a full
// pass of these images together computes it, with the network's own operations and its protections; only the steps before the first faulty
// parameter are taken from the clean pass.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "data/dataset.h"
#include "data/normalization.h"
#include "evaluation/evaluator.h"
#include "faults/trial_faults.h"
#include "network/network.h"

namespace clipscope {

// How far a disturbance has come at one site, over all images.
struct SiteSpread {
    std::size_t site = 0;  // index into the network's sites
    std::vector<std::int64_t>
        shape;  // of one image's values: channels and their sizes, or neurons; empty where they do not lie image by image
    std::int64_t values = 0;
    std::int64_t different = 0;          // other bits than without faults
    std::int64_t nonfinite = 0;          // NaN or infinite with faults
    float largest_clean = 0;             // magnitude of a finite value
    float largest = 0;                   // the same with faults
    std::vector<std::int64_t> channels;  // with a different value in some image, ascending
};

struct ImageEffect {
    std::int32_t label = 0;
    std::vector<float> clean_logits;
    std::vector<float> logits;  // with faults
};

struct FaultEffects {
    std::vector<SiteSpread>
        sites;  // in the order of the network; those inside branches and loops, and those that nothing reads, are left out
    std::vector<ImageEffect> images;  // in their order
};

// One channel's values for one image, row-major: of neurons without further sizes a single row of all of them.
struct FeatureMap {
    std::int64_t height = 0;
    std::int64_t width = 0;
    std::vector<float> clean;
    std::vector<float> faulty;
};

// What a fault changes in one channel for one image; of neurons without further sizes in the row of all of them, as channel 0.
struct ChannelChange {
    std::int64_t channel = 0;
    std::int64_t values = 0;
    std::int64_t different = 0;  // other bits than without faults
    std::int64_t nonfinite = 0;  // NaN or infinite with faults
    float largest_change = 0;    // of values finite in both; infinite where the difference is
};

// A site for one image, closely.
struct SiteLook {
    std::size_t site = 0;
    std::size_t image = 0;
    std::vector<ChannelChange> channels;  // the most disturbed first
    std::int64_t channel = 0;             // that the map shows
    FeatureMap map;
};

// Owned and used by one thread.
class EffectsRunner {
public:
    // Runs the images, which are few, without faults. Of the options the chunk, `exact` and `stack` are not read. Throws what Evaluator
    // does.
    EffectsRunner(std::shared_ptr<const Network> network, const Dataset& images, const InputFormat& input, EvaluatorOptions options);
    ~EffectsRunner();
    EffectsRunner(const EffectsRunner&) = delete;
    EffectsRunner& operator=(const EffectsRunner&) = delete;

    // With the bits faulty whose mark is below `rate`.
    FaultEffects run(const TrialFaults& faults, double rate);

    // Of the latest run, or without faults before the first; of a site that has a shape. Throws std::out_of_range.
    FeatureMap feature_map(std::size_t site, std::size_t image, std::int64_t channel) const;

    // All channels there, the most disturbed first: by how many values are no numbers any more, then by the largest change, then by how
    // many differ. Throws as above.
    std::vector<ChannelChange> channel_changes(std::size_t site, std::size_t image) const;

    struct State;

private:
    void check_map(std::size_t site, std::size_t image) const;

    std::unique_ptr<State> state_;
};

}  // namespace clipscope
