// Joins studies that hold parts of the same jobs, such as slices made on several machines (job_slices.h), into one.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "evaluation/work_share.h"
#include "study/study.h"

namespace clipscope {

struct MergedJob {
    JobId id = 0;
    std::string kind;                         // kind_name()
    bool is_whole = false;                    // nothing is missing
    std::int64_t trials = 0;                  // of all images, or of a list of faults, that are there
    std::int64_t trials_wanted = 0;           // 0: the results decide how many
    std::vector<WorkSlice> missing_slices{};  // none also where a part was no slice
    bool has_audit = true;                    // false: parts hold some trials twice, so the bits that they changed cannot be counted
};

struct MergeReport {
    std::string output;
    std::vector<MergedJob> jobs;

    bool is_whole() const;
    std::string text() const;  // a sentence a job, and what to do about what is missing
};

// Makes `output`, which must not be there, of all that the parts have; on failure nothing is left of it. Equal to the study of one run but
// for times and machine, whatever the order of the parts; where something is missing, a job goes on from there as after an interruption.
// Takes a part's rows one by one, so that memory does not grow with them. Throws Error, one sentence, where parts do not belong together
// (other models, images, settings, versions or ways of computing), where they disagree about the same trial, or where one is still being
// written; StudyDamagedError and the like where one cannot be read.
MergeReport merge_studies(const std::vector<std::string>& parts, const std::string& output);

}  // namespace clipscope
