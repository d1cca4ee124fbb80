// How much work a job is, about, in full passes over its images (tuning images, unless it measures curves): what a pass takes is known from
// the clean one. A trial in a layer recomputes that layer and what follows it, so a scope costs about the share of layers from its first
// one on; rate 0 costs nothing; where rates are automatic, as many count as are suggested. All throw UsageError on settings that are none.
#pragma once

#include <vector>

#include "network/layer_info.h"
#include "study/job_settings.h"

namespace clipscope {

// A single faulty number changes one channel of its layer, and most bits change no answer: of a full pass, about so much.
inline constexpr double share_of_single_bits = 0.05;
// A trial on the tuning images recomputes only what its faults change and the activations let through.
inline constexpr double share_of_tuning = 0.1;

// Whole trials at all rates or numbers of faults, those that a precision takes included.
double trials_over_rates(const JobSettings& settings);

// The same of one threshold, in a sweep or a search.
double trials_at_threshold(const JobSettings& settings);

// Of one trial in each scope.
double passes_a_trial(const JobSettings& settings, const std::vector<LayerInfo>& parts);

}  // namespace clipscope
