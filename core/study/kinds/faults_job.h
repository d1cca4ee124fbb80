// The faults of a list, trial by trial.
#pragma once

#include "study/job_definition.h"

namespace clipscope {

extern const JobDefinition faults_job;

}  // namespace clipscope
