// Jobs that are done in slices, each in a study of its own (method.md, "Slices"): what can be sliced, and which slices a study has.
#pragma once

#include <string>
#include <vector>

#include "evaluation/work_share.h"
#include "study/study.h"

namespace clipscope {

// Throws UsageError, one sentence with what to do instead, where such a job cannot be done in slices.
void check_sliceable(const JobSettings& settings);

// Slices of the job that were finished in this study. None where it was never sliced.
std::vector<WorkSlice> finished_slices(const Study& study, JobId job);

// The change of a job's `resolved` (JSON, for json_patch) by which it knows these slices, or none any more.
std::string slices_change(const std::vector<WorkSlice>& slices);

// The job's run of these slices is over: it is not done, but stopped, and knows its slices. Without slices it has forgotten them.
void keep_slices(Study& study, JobId job, const std::vector<WorkSlice>& slices);

}  // namespace clipscope
