// A single trial of a study, looked at again: which bits it flipped, what that did to the parameters, and what came of it under every
// protection.
#pragma once

#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "campaign/accuracy_curves.h"
#include "data/dataset.h"
#include "data/normalization.h"
#include "evaluation/faulty_values.h"
#include "evaluation/image_answers.h"
#include "study/job_run.h"
#include "study/moved_sources.h"

namespace clipscope {

struct TrialName {
    JobId job = 0;
    std::string layer;  // a curve's scope: "CONV-1", "network", "CONV-1+FC-2"
    double rate = 0;    // or in a job over bit positions the position
    int trial = 0;
    std::optional<int> stratum{};  // of a trial that was drawn in one, for a precision
};

// "a.clipscope:3:CONV-1:1e-06:12", "4:CONV-1:30:12", "5:network:1e-07:2/12" (trial 12 of stratum 2); without the study where `study` is
// empty.
std::string to_string(const TrialName& name, const std::string& study = {});
// Reads both; whether the number is a rate or a position only the job can tell. Throws UsageError.
TrialName parse_trial_name(const std::string& text);

struct ReplayedOutcome {
    Protection protection = Protection::none;
    Outcome clean;
    TrialOutcome outcome;
    std::optional<TrialOutcome> stored;  // what the job found; the same unless machine or libraries differ

    // Of a trial that ran on a few images: what comes of it on these now, and what the job found. `outcome` is of all images.
    std::optional<SampledTrial> sample{};
    std::optional<SampledTrial> stored_sample{};

    std::vector<ImageAnswers> answers{};  // of all images, in their order, as `outcome` counts them; only where they were asked for
};

// The images of a trial, to be looked at.
struct ReplayedImages {
    Dataset images;
    InputFormat input;
};

struct ReplayedTrial {
    TrialName name;
    NonfiniteRule nonfinite = NonfiniteRule::wrong;  // the job's
    std::vector<FaultyValue> bits;                   // of the last of the outcomes, which alone differ in thresholds
    std::vector<ReplayedOutcome> outcomes;           // unprotected, then under the protections that this study knows for the network
    PointAxis axis = PointAxis::fault_rate;          // likewise the job's
    MemoryModel memory{};                            // likewise
    std::optional<ReplayedImages> images{};          // only where answers were asked for
};

// What else a replay is to tell.
enum class ReplayDetail { outcomes, answers };

// The one to look at first: of the layer's curve, or the first one where it has none, the trial that lies lowest below the mean of its
// point. Nothing where there are no trials of curves.
std::optional<TrialName> worst_trial(const Study& study, JobId job, const std::string& layer = {});

// Runs it as the job did: on its own images (a profile's, a sweep's and a hardening's are the tuning images), with the faults that its
// kind draws: every bit at its rate, or the one bit at a position. Nothing is written, so a study opened to be read will do. Empty where it
// was stopped. Throws UsageError where the name names nothing, StudyInputError where the model or the images have changed, and as
// open_job() says.
std::optional<ReplayedTrial> replay_trial(const Study& study, const TrialName& name, const JobRunOptions& options, std::stop_token stop,
                                          const SourcePlaces& places = {}, ReplayDetail detail = ReplayDetail::outcomes);

// Every image's answer under each protection, with a header:
// protection,image,label,before,after,confidence_before,confidence_after,kind. Kinds are "same", "sdc" and "due".
std::string answers_to_csv(const ReplayedTrial& trial);

}  // namespace clipscope
