// How long a job of a study will take. Pure functions.
#pragma once

#include <QString>
#include <cstddef>
#include <vector>

#include "network/layer_info.h"
#include "study/job_settings.h"

namespace clipscope {

// How many full passes over its images (tuning images, unless it measures curves) a job is worth, about: what a pass takes is known from
// the clean one. A trial in a layer recomputes that layer and what follows it, so a scope costs about the share of layers from its first
// one on; rate 0 costs nothing; where rates are automatic, as many count as are suggested. Throws UsageError on settings that are none.
double estimated_passes(const JobSettings& settings, const std::vector<LayerInfo>& parts, std::size_t sites);

// How many of the images offered a job takes, evaluation or tuning images as above.
std::int64_t estimated_images(const JobSettings& settings, std::size_t offered);

// "about 0:41"
QString estimate_text(double seconds);

}  // namespace clipscope
