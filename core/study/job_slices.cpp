#include "study/job_slices.h"

#include <nlohmann/json.hpp>

#include "common/error.h"
#include "study/database.h"
#include "study/study_errors.h"

namespace clipscope {

void check_sliceable(const JobSettings& settings) {
    const auto& why_not = settings.kind->why_no_slices;
    if (const std::string why = why_not ? why_not(settings) : ""; !why.empty()) throw UsageError(why);
}

std::vector<WorkSlice> finished_slices(const Study& study, JobId job) {
    return study.database().guarded([&] {
        SQLite::Statement row(study.database().sql(), "SELECT resolved FROM job WHERE id = ?");
        row.bind(1, job);
        std::vector<WorkSlice> slices;
        if (!row.executeStep()) return slices;
        const auto json = nlohmann::json::parse(row.getColumn(0).getString(), nullptr, false);
        if (json.is_discarded() || !json.is_object())
            throw StudyDamagedError("Job " + std::to_string(job) + " of the study '" + study.path() + "' is damaged.");
        if (json.contains("slices") && json.at("slices").is_object())
            for (const auto& [slice, is_done] : json.at("slices").items()) slices.push_back(WorkSlice::parse(slice));
        return slices;
    });
}

std::string slices_change(const std::vector<WorkSlice>& slices) {
    nlohmann::json change{{"slices", nullptr}};
    for (const WorkSlice& slice : slices) change["slices"][slice.to_string()] = true;
    return change.dump();
}

void keep_slices(Study& study, JobId job, const std::vector<WorkSlice>& slices) {
    study.database().transaction([&] {
        SQLite::Statement update(study.database().sql(), std::string("UPDATE job SET resolved = json_patch(resolved, ?)") +
                                                             (slices.empty() ? "" : ", state = 'stopped'") + " WHERE id = ?");
        update.bind(1, slices_change(slices));
        update.bind(2, job);
        update.exec();
    });
}

}  // namespace clipscope
