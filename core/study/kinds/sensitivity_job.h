// Accuracy against the fault rate or the number of faults.
#pragma once

#include "study/job_definition.h"

namespace clipscope {

extern const JobDefinition sensitivity_job;

}  // namespace clipscope
