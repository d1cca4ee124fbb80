// Takes the results of a job of one study into the same job of another. Only core/study includes this; all throw as study_merge.h says, and
// SQLite::Exception. In a transaction.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>

#include "campaign/listed_outcome.h"
#include "study/database.h"
#include "study/result_batch.h"
#include "study/study.h"

namespace clipscope {

class JobMerge {
public:
    // Results of `job`, whose rows of curves and points stay, come from parts alone.
    JobMerge(Database& to, JobId job);

    // Everything that the job has there.
    void take(Study& part, JobId job_of_part);

    // After all parts: the bits that injections changed, and the order in which one run would have measured.
    void finish();

    std::int64_t trials() const { return trials_; }  // whole ones and those of lists
    bool has_audit() const { return !is_mixed_; }

private:
    using Points = std::map<std::int64_t, std::int64_t>;  // of the part: of the merged study

    Points take_curves(Study& part, JobId from);
    void take_trials(Database& from, const Points& points);
    void check_same_trial(const std::array<std::int64_t, 9>& row, const std::string& path);
    void take_samples(Database& from, const Points& points);
    void take_tuning(Database& from, JobId job_of_part);
    void take_list(Database& from, JobId job_of_part);
    void take_audit(Database& from, JobId job_of_part);
    void order_tuning();

    Database& to_;
    const JobId job_;
    std::int64_t trials_ = 0;
    std::int64_t new_ = 0, known_ = 0;  // of the part that is being taken
    AuditTotals audit_;
    bool is_mixed_ = false;
    std::map<std::int64_t, ListedOutcome> listed_;
};

}  // namespace clipscope
