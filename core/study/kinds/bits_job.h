// Accuracy when exactly one bit is faulty, position by position.
#pragma once

#include "study/job_definition.h"

namespace clipscope {

extern const JobDefinition bits_job;

}  // namespace clipscope
