// A job of a study as people write it: "work.clipscope" or "work.clipscope:3".
#pragma once

#include <optional>
#include <string>

#include "results/result_json.h"
#include "study/study.h"

namespace clipscope {

struct NamedJob {
    std::string study;
    std::optional<JobId> job;
};

// A file that is there by the whole text has no job after it.
NamedJob parse_named_job(const std::string& text);

// The job that is named, or the latest that measured curves over fault rates, or else curves at all. Throws UsageError that names the
// study's jobs where there is none.
JobRecord job_with_curves(const Study& study, std::optional<JobId> job);

// The latest job over bit positions that belongs to `job`: of the same model, number format and kind of faults. Nothing where there is
// none.
std::optional<JobRecord> bit_job_of(const Study& study, const JobRecord& job);

// Curves of a file that may be a study or a result's JSON, and beside those over rates the curves over bit positions that belong to them.
struct NamedCurves {
    CampaignResult curves;
    AccuracyCurves bits;
    std::optional<JobRecord> job;  // of a study
};
NamedCurves read_named_curves(const std::string& text);

}  // namespace clipscope
