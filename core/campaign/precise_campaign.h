// Measures curves until every point is known to a wanted precision (method.md, "Estimates"): trials in strata of critical hits, few images
// each, where they narrow the interval most; beside whole trials where those are asked for as well.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <stop_token>
#include <vector>

#include "campaign/curve_campaign.h"
#include "campaign/events.h"
#include "campaign/job_inputs.h"
#include "campaign/precision_plan.h"

namespace clipscope {

// What a trial of a stratum gave when it ran before; nothing where it must run. Called by several threads at once, only after the sink has
// taken the point's PointDesigned.
using KnownSamples = std::function<std::optional<SampledTrial>(std::size_t curve, std::size_t rate_index, std::size_t stratum, int trial)>;

// The same of whole trials.
using KnownOutcomes = std::function<std::optional<TrialOutcome>(std::size_t curve, std::size_t rate_index, int trial)>;

struct PrecisionSettings {
    double half_width = 0.01;  // of the 95 % interval of each point's mean accuracy; of curves that are compared, of each pair's difference
    double at_most_seconds = 0;   // looked at between rounds of trials; 0: no limit
    KnownSamples known{};         // empty: none
    KnownOutcomes known_whole{};  // likewise
    BitPilot known_pilot{};       // of the same network, memory and images; what it has of layers is not measured again
};

// Throws UsageError unless the half-width is above 0 and below 0.5.
void check_precision(const PrecisionSettings& settings);

// As run_campaign(): sends CampaignStarted and the whole trials, if settings.trials is above 0, then BitsPiloted, PointDesigned for each
// point, SampledTrialFinished with Progress between them, and a Message where the time was over before the width was reached. Curves with
// faults in the same parts of the memory get the same faults and images. What runs next is a function of what earlier trials gave, not of
// the clock or the number of workers: interrupted and begun again with what is known, the same trials run and the same estimate results,
// bit for bit.
void run_precise_campaign(const JobInputs& inputs, const CampaignSettings& settings, const PrecisionSettings& precision,
                          std::span<const CampaignCurve> curves, const EventSink& sink, std::stop_token stop);

// The one above where a precision is asked for, otherwise the plain run_campaign().
void run_campaign(const JobInputs& inputs, const CampaignSettings& settings, const std::optional<PrecisionSettings>& precision,
                  std::span<const CampaignCurve> curves, const EventSink& sink, std::stop_token stop);

// What the one above will take, told from a first look: the pilot and the first trials of every point, which run.
std::optional<PrecisionPlan> plan_precise_campaign(const JobInputs& inputs, const CampaignSettings& settings,
                                                   const PrecisionSettings& precision, std::span<const CampaignCurve> curves,
                                                   const EventSink& sink, std::stop_token stop);

}  // namespace clipscope
