// Protections on the same faults: the paper's comparison, or any of them in a duel.
#pragma once

#include "study/job_definition.h"

namespace clipscope {

extern const JobDefinition compare_job;

}  // namespace clipscope
