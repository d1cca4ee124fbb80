// The list of faults of a job: its trials stand in the study, so that nobody needs the list's file again, and so do their outcomes. All
// throw as study.h says.
#pragma once

#include <span>
#include <vector>

#include "campaign/listed_result.h"
#include "faults/fault_list.h"
#include "study/study.h"

namespace clipscope {

// Keeps the trials of a job's list where they are not there yet; `parts`: of the network's memory, as for read_fault_list().
void keep_listed_trials(Study& study, JobId job, std::span<const ListedTrial> trials, const std::vector<LayerInfo>& parts);

// All of them, in the list's order. Throws StudyDamagedError where some are missing or changed, Error where the network has no such bits.
std::vector<ListedTrial> read_listed_trials(const Study& study, JobId job, const std::vector<LayerInfo>& parts);

// Those that have run, in the list's order.
std::vector<ListedResult> read_listed_results(const Study& study, JobId job);

// How many have run.
std::int64_t count_listed_results(const Study& study, JobId job);

}  // namespace clipscope
