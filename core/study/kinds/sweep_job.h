// AUC against the thresholds of a grid, of one site.
#pragma once

#include "study/job_definition.h"

namespace clipscope {

extern const JobDefinition sweep_job;

}  // namespace clipscope
