// Faults looked at closely one after the other, as fast as a person clicks: the same few images, which ran without faults before, under any
// protection.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <vector>

#include "campaign/contestants.h"
#include "campaign/inspection.h"
#include "campaign/job_inputs.h"
#include "evaluation/fault_effects.h"
#include "faults/trial_faults.h"
#include "protection/protection.h"

namespace clipscope {

// The images that are looked at where nobody says others: this selection of a data set, with this seed.
inline constexpr const char* inspected_images = "12";
inline constexpr std::uint64_t inspected_seed = 1;

// May be used by any thread; calls come one after the other.
class Inspector {
public:
    // `tuning` opens the tuning images, which bounds come from; it is called when a protection first needs them.
    Inspector(JobInputs inputs, std::function<JobInputs()> tuning);
    ~Inspector();

    // The faults are told without a memory that protects the words: the protection says which. Bounds of a protection are measured once,
    // and the images run once without faults. Empty where it was stopped. Throws UsageError, Error.
    std::optional<Inspection> run(const TrialFaults& faults, const Protection& protection, std::stop_token stop);

    // Of the latest run, as EffectsRunner::feature_map().
    FeatureMap feature_map(std::size_t site, std::size_t image, std::int64_t channel) const;

    // The same with all channels of the site; without a channel that is there the map is the most disturbed one's.
    SiteLook look_at(std::size_t site, std::size_t image, std::optional<std::int64_t> channel) const;

    const JobInputs& inputs() const { return inputs_; }

private:
    struct Network {
        Contestant protection;
        std::unique_ptr<EffectsRunner> runner;
    };
    Network* find(const Protection& protection, const std::stop_token& stop);

    const JobInputs inputs_;
    const std::function<JobInputs()> tuning_;
    std::map<Protection, Network> networks_;
    const EffectsRunner* latest_ = nullptr;
    mutable std::mutex mutex_;
};

}  // namespace clipscope
