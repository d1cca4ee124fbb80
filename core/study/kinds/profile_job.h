// What activations are, without faults or with them.
#pragma once

#include "study/job_definition.h"

namespace clipscope {

extern const JobDefinition profile_job;

}  // namespace clipscope
