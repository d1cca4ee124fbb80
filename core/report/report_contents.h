// All that a report is made of, read once from a study: values of one moment each job.
#pragma once

#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "campaign/campaign_summary.h"
#include "campaign/listed_result.h"
#include "campaign/tuning_result.h"
#include "report/ranking.h"
#include "results/result_json.h"
#include "study/study_results.h"

namespace clipscope {

struct ReportJob {
    JobRecord record;
    std::shared_ptr<const CampaignResult> curves{};  // null: it measures none, or none yet
    CampaignSummary summary{};                       // of these
    std::optional<Ranking> ranking{};                // of curves over fault rates or bit positions
    std::shared_ptr<const TuningResult> tuning{};    // null likewise
    std::vector<ListedResult> listed{};
    std::vector<LayerAudit> audit{};
    std::vector<std::string> missed_layers{};
};

struct ReportContents {
    std::string study_name;  // of the file, without its folders
    StudyInfo info;
    std::vector<ReportJob> jobs;  // in the order of the queue
    std::string damage{};         // one or two sentences where the file is damaged and only part of it is here
};

// Of a damaged study what salvage_study() can read. Throws what study.h says, StudyDamagedError where nothing can be read; nothing where it
// was stopped.
std::optional<ReportContents> read_report_contents(const std::string& study_path, std::stop_token stop = {});

// "Job 3 (sensitivity)", with the user's name where it has one.
std::string job_label(const JobRecord& job);
// "bundled:lenet5" or a file's name.
std::string model_name(const JobRecord& job);

bool is_over_rates(const ReportJob& job);      // has curves over fault rates
bool is_over_positions(const ReportJob& job);  // or over bit positions
bool is_of_protections(const ReportJob& job);  // a comparison or a duel
bool has_points(const ReportJob& job);         // some trial has been measured: a study has curves before their first trial
// The job that answers what the report asks: the latest with points over fault rates, a sensitivity first; null where there is none.
const ReportJob* answering_job(const ReportContents& contents);
// The latest comparison or duel likewise.
const ReportJob* protecting_job(const ReportContents& contents);

}  // namespace clipscope
