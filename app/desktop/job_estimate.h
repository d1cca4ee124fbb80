// How long a job of a study will take. Pure functions.
#pragma once

#include <QString>
#include <cstddef>
#include <vector>

#include "network/layer_info.h"
#include "study/job_settings.h"

namespace clipscope {

// How many full passes over its images (tuning images, unless it measures curves) a job is worth, about (study/kinds/job_work.h). Throws
// UsageError on settings that are none.
double estimated_passes(const JobSettings& settings, const std::vector<LayerInfo>& parts, std::size_t sites);

// How many of the images offered a job takes, evaluation or tuning images as above.
std::int64_t estimated_images(const JobSettings& settings, std::size_t offered);

// "about 0:41"
QString estimate_text(double seconds);

}  // namespace clipscope
