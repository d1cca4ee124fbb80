// What a student's study says about a lab: which steps are done, what is still different, and the values that the lab reads off.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "campaign/campaign_summary.h"
#include "campaign/tuning_result.h"
#include "labs/lab.h"
#include "labs/lab_work.h"
#include "study/study.h"

namespace clipscope {

// Whether the stored job measured all that is asked for, in the way it is asked for: more trials, layers and points do no harm, and
// neither does what results do not depend on.
bool covers(const JobSettings& stored, const LabStep& step, std::uint64_t seed);
// What is different, in the words of labs.md: "trials: 10, here 20"; empty where nothing is.
std::string difference(const JobSettings& stored, const LabStep& step, std::uint64_t seed);

// Reads what it is asked about once; for as long as the study does not change. Throws as study.h says.
class LabResults {
public:
    // No study: nothing was run yet. All must outlive it.
    LabResults(const Study* study, const Lab& lab, const LabWork& work);

    // The latest job that is done and is the step's.
    std::optional<JobRecord> job(int step) const;
    // Whether some of its results can be seen already: it runs, was stopped, or is done.
    bool has_begun(int step) const;
    // Whether there is one, or the word that the step asks for was looked at; true of a step that asks for neither.
    bool is_done(int step) const;
    // Why not: one sentence; empty where it is done.
    std::string what_is_missing(int step) const;

    // Nothing where the work is not done, or the value is not there (a layer or a point that the job does not have).
    std::optional<LabReply> value(const LabValue& value, int step);

private:
    std::optional<LabReply> plain_value(const LabValue& value, int step);
    std::optional<LabReply> of_curves(const LabValue& value, const JobRecord& job);
    std::optional<LabReply> of_site(const LabValue& value, const JobRecord& job);

    const Study* study_;
    const Lab& lab_;
    const LabWork& work_;
    std::vector<JobRecord> jobs_;
    std::map<JobId, CampaignSummary> curves_;
    std::map<JobId, TuningResult> tunings_;
};

}  // namespace clipscope
