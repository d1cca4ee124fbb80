#include "report/report_contents.h"

#include <algorithm>
#include <filesystem>
#include <ranges>
#include <system_error>

#include "common/error.h"
#include "common/scratch_folder.h"
#include "network/bundled_networks.h"
#include "report/named_job.h"
#include "study/listed_trials.h"
#include "study/salvage.h"
#include "study/study_errors.h"

namespace clipscope {
namespace {

void read_results(const Study& study, ReportJob& job) {
    const JobSettings& settings = job.record.settings;
    if (settings.kind->is_listed()) {
        job.listed = read_listed_results(study, job.record.id);
    } else if (settings.kind->measures_curves()) {
        CampaignResult result = read_curves(study, job.record.id);
        if (!result.curves.curves.empty()) {
            job.summary = summary_of(result.curves);
            job.curves = std::make_shared<const CampaignResult>(std::move(result));
        }
    } else if (TuningResult tuning = read_tuning(study, job.record.id); !tuning.info.sites.empty()) {
        job.tuning = std::make_shared<const TuningResult>(std::move(tuning));
    }
    job.audit = read_audit(study, job.record.id);
    job.missed_layers = layers_without_faults(study, job.record.id);
}

void rank_jobs(const Study& study, ReportContents& contents) {
    for (ReportJob& job : contents.jobs) {
        if (!job.curves || job.curves->curves.info.axis == PointAxis::fault_count) continue;
        AccuracyCurves bits;
        if (is_over_rates(job)) {
            const auto record = bit_job_of(study, job.record);
            const auto found = std::ranges::find_if(
                contents.jobs, [&](const ReportJob& other) { return record && other.record.id == record->id && other.curves; });
            if (found != contents.jobs.end()) bits = found->curves->curves;
        }
        job.ranking = rank_layers(job.curves->curves, bits, job.curves->auc_axis);
    }
}

// Nothing where it was stopped.
std::optional<ReportContents> read_study(const std::string& path, const std::stop_token& stop) {
    const Study study = Study::open_to_read(path);
    ReportContents contents;
    contents.info = study.info();
    for (JobRecord& record : study.jobs()) {
        if (stop.stop_requested()) return std::nullopt;
        ReportJob job{.record = std::move(record)};
        if (!job.record.started.empty()) read_results(study, job);
        contents.jobs.push_back(std::move(job));
    }
    rank_jobs(study, contents);
    return contents;
}

std::string damage_text(const SalvageReport& report) {
    std::string text = "This study's file is damaged. The report holds what could be read of it: " + std::to_string(report.jobs) +
                       (report.jobs == 1 ? " job, " : " jobs, ") + std::to_string(report.trials) + " trials and " +
                       std::to_string(report.measurements) + " other measurements; " + std::to_string(report.damaged) +
                       " rows hold something else than was written and are left out";
    for (const std::string& table : report.unread) text += ", part of the table " + table + " cannot be read";
    return text + ". Numbers below can lack trials that were once there.";
}

std::optional<ReportContents> read_salvaged(const std::string& path, const std::stop_token& stop) {
    const ScratchFolder folder;
    const std::string copy = folder.file("recovered.clipscope");
    const SalvageReport report = salvage_study(path, copy);
    auto contents = read_study(copy, stop);
    if (contents) contents->damage = damage_text(report);
    return contents;
}

}  // namespace

std::optional<ReportContents> read_report_contents(const std::string& study_path, std::stop_token stop) {
    std::optional<ReportContents> contents;
    try {
        contents = read_study(study_path, stop);
    } catch (const StudyDamagedError&) {
        if (!looks_like_study(study_path)) throw;
        contents = read_salvaged(study_path, stop);
    }
    if (contents) contents->study_name = std::filesystem::path(study_path).filename().string();
    return contents;
}

std::string job_label(const JobRecord& job) {
    const std::string label = "Job " + std::to_string(job.id) + " (" + kind_name(job.settings) + ")";
    return job.name.empty() ? label : label + ", " + job.name;
}

std::string model_name(const JobRecord& job) {
    return model_label(job.settings.model);
}

bool is_over_rates(const ReportJob& job) {
    return job.curves && job.curves->curves.info.axis == PointAxis::fault_rate;
}

bool is_over_positions(const ReportJob& job) {
    return job.curves && job.curves->curves.info.axis == PointAxis::bit_position;
}

bool is_of_protections(const ReportJob& job) {
    return job.curves && job.record.settings.kind->compares_protections;
}

bool has_points(const ReportJob& job) {
    return std::ranges::any_of(job.summary.curves, [](const CurveSummary& curve) { return !curve.points.empty(); });
}

const ReportJob* answering_job(const ReportContents& contents) {
    const ReportJob* found = nullptr;
    for (const ReportJob& job : contents.jobs) {
        if (!job.ranking || job.ranking->layers.empty() || !has_points(job)) continue;
        const bool is_better = !found || !is_of_protections(job) || is_of_protections(*found);
        if (is_better) found = &job;
    }
    return found;
}

const ReportJob* protecting_job(const ReportContents& contents) {
    const ReportJob* found = nullptr;
    for (const ReportJob& job : contents.jobs)
        if (is_of_protections(job) && is_over_rates(job) && has_points(job)) found = &job;
    return found;
}

}  // namespace clipscope
