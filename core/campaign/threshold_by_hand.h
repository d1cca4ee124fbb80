// A threshold tried by hand: the AUC of the network at any threshold of one site, roughly after a few images and then better and better, up
// to exactly what the sweep job (campaign/sweep.h) gives there: the same images, rates, trials and faults.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <vector>

#include "campaign/auc_measurement.h"
#include "campaign/events.h"
#include "campaign/job_inputs.h"
#include "campaign/tuning_run.h"

namespace clipscope {

struct HandSettings {
    TuningSettings tuning;  // as a sweep's, always a number of trials; a self-check is left to the sweep
    std::size_t site = 0;
    FaultPlace place = FaultPlace::feeding;
};

// What is known at a threshold so far. While it is not final, trials have run on different numbers of images; of each, the latest outcome
// counts, which is of most images.
struct HandThreshold {
    float threshold = 0;
    MeasuredAuc measured;
    int trials = 0;  // that have run on `images`, the number in use now
    int all_trials = 0;
    std::int64_t images = 0;
    std::int64_t all_images = 0;
    bool is_final = false;  // `measured` is the sweep's, bit for bit, but for the counts of its self-check
};

using HandObserver = std::function<void(const HandThreshold& so_far)>;

// Any thread may call; calls come one after the other, each on workers of its own. Knows no LibTorch here.
class ThresholdByHand {
public:
    // The inputs' images are the tuning images.
    ThresholdByHand(JobInputs tuning, HandSettings settings);
    ~ThresholdByHand();

    // Measures ACT_max of every site, looks for fault rates where the settings have none, and makes everything ready that does not depend
    // on the threshold; may take seconds. `news` hears Progress and Message. False where it was stopped: then it may be called again.
    // Throws UsageError, Error, as run_sweep() does.
    bool prepare(const EventSink& news, std::stop_token stop);

    // Once it is prepared. Tells what is known so far from the first trial on few images on, some 20 times a second at most and by one
    // thread at a time, the final numbers last. Thresholds may come in any order; what is final is remembered. Nothing where it was
    // stopped, which takes no longer than a chunk of images. Throws UsageError where the threshold is negative or not finite.
    std::optional<HandThreshold> measure(float threshold, const HandObserver& tell, std::stop_token stop);

    // Once it is prepared, of any thread.
    const TuningResult& profile() const { return profile_; }  // clean histograms and ACT_max of all sites
    const AucPlan& plan() const { return plan_; }
    float act_max() const;
    const HandSettings& settings() const { return settings_; }

private:
    // The network on some of the images, ready for trials at any threshold.
    struct Level {
        std::int64_t images = 0;
        std::unique_ptr<Evaluator> base;
        std::unique_ptr<ThresholdEvaluator> evaluator;
    };
    class Telling;

    bool add_level(const JobInputs& inputs, const TuningSettings& settings, const Clipping& clipping, const std::stop_token& stop);
    bool add_few(const Clipping& clipping, double seconds_an_image, const std::stop_token& stop);
    std::optional<MeasuredAuc> measure_on(Level& level, Telling& telling, const std::stop_token& stop);

    const JobInputs inputs_;
    const HandSettings settings_;
    std::mutex mutex_;
    TuningResult profile_;
    AucPlan plan_;
    std::vector<Level> levels_;  // ascending by images; the last one has all
    std::map<float, MeasuredAuc> known_;
};

}  // namespace clipscope
