// The search for thresholds, of all sites or of one.
#pragma once

#include "study/job_definition.h"

namespace clipscope {

extern const JobDefinition harden_job;

}  // namespace clipscope
