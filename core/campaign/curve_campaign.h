// Measures accuracy against fault rate for several curves at once: the trials of a sensitivity and of a comparison job.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <stop_token>
#include <vector>

#include "campaign/events.h"
#include "campaign/fault_scope.h"
#include "campaign/job_inputs.h"
#include "campaign/self_check.h"
#include "evaluation/evaluator.h"
#include "evaluation/work_share.h"
#include "faults/protected_memory.h"

namespace clipscope {

// The scope without the thresholds that are not stored where these sites are clipped.
FaultScope stored_scope(const Evaluator& evaluator, FaultScope scope);

// One network, unprotected or clipped, under faults in one scope.
struct CampaignCurve {
    const Evaluator* evaluator = nullptr;  // prepared
    FaultScope scope;                      // as the evaluator stores it
    Protection protection = Protection::none;
    std::shared_ptr<const ProtectedMemory> memory{};  // that holds the words; null: they are read as they are stored
    std::optional<ProtectionPrice> price{};           // of a duel's contestant

    // The same faults, drawn in its scope by this seed and trial up to this rate, in its memory.
    TrialFaults in_memory(TrialFaults faults, std::uint64_t seed, std::uint64_t trial, double max_rate) const;
};

// Whether a trial of a curve at a rate (an index) has run before and need not run again. Called by several threads at once, only after the
// sink has taken CampaignStarted.
using KnownTrials = std::function<bool(std::size_t curve, std::size_t rate_index, int trial)>;

// The faults of a trial up to the point `most`, in a scope as the evaluator stores it: those below a smaller point, by their marks, are
// those of the trial there. Called by several threads at once.
using PointDraw = std::function<TrialFaults(std::uint64_t trial, const Evaluator& evaluator, const FaultScope& scope, double most)>;

struct CampaignSettings {
    std::vector<double> rates;               // ascending
    PointAxis axis = PointAxis::fault_rate;  // or fault_count: then the "rates" are numbers of faults
    PointDraw draw{};                        // empty: by the axis (point_faults.h). Not with a precision.
    int trials = 50;
    std::uint64_t seed = 1;
    NonfiniteRule nonfinite = NonfiniteRule::wrong;
    int threads = 1;
    bool list_faults = false;   // send FaultsInjected events, of known trials too
    bool count_faults = false;  // send FaultsCounted events, of the trials that run
    KnownTrials known{};        // empty: none
    SelfCheckSettings self_check{};
    // What this process does of it: a piece is a trial of a curve at all rates.
    WorkShare share{};
    // A piece is a point with all of its trials instead, of all curves of a scope: where earlier trials decide about later ones.
    bool is_shared_by_point = false;
};

// Of a job's specification; `threads` settled.
template <typename Specification>
CampaignSettings campaign_settings(const Specification& specification, int threads) {
    return {.rates = specification.rates,
            .axis = specification.axis,
            .draw = specification.draw,
            .trials = specification.trials,
            .seed = specification.seed,
            .nonfinite = specification.nonfinite,
            .threads = threads,
            .list_faults = specification.list_faults,
            .count_faults = specification.count_faults,
            .known = specification.known,
            .self_check = specification.self_check,
            .share = specification.share};
}

// Throws UsageError on rates that do not ascend from 0 to 1 (or numbers of faults), and on fewer trials than that.
void check_campaign(PointAxis axis, std::span<const double> rates, int trials, int least_trials = 1);

// Where a trial of a curve stands among the pieces that slices take by turns: all curves of a trial before the next trial, each trial
// beginning with another curve, so that no slice gets the costly curve every time.
std::size_t piece_of_trial(std::size_t curve, std::size_t curves, std::size_t trial);

// What the campaign is about. The evaluators are prepared.
CampaignStarted describe_campaign(const JobInputs& inputs, const CampaignSettings& settings, std::span<const CampaignCurve> curves);

// Sends CampaignStarted, then trials as they finish with Progress between them, then SelfChecked where there is a self-check. Trial k has
// the same faults in all curves of a scope.
void run_campaign(const JobInputs& inputs, const CampaignSettings& settings, std::span<const CampaignCurve> curves, const EventSink& sink,
                  std::stop_token stop);

}  // namespace clipscope
