#include "report/named_job.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <ranges>

#include "common/error.h"
#include "common/text_file.h"
#include "results/tuning_json.h"
#include "study/salvage.h"
#include "study/study_results.h"

namespace clipscope {
namespace {

bool is_file(const std::string& path) {
    std::error_code ignored;
    return std::filesystem::is_regular_file(path, ignored);
}

bool is_over_rates(const JobSettings& settings) {
    return settings.kind->measures_curves() && point_axis(settings) == PointAxis::fault_rate;
}

bool is_over_positions(const JobSettings& settings) {
    return settings.kind->measures_curves() && point_axis(settings) == PointAxis::bit_position;
}

}  // namespace

NamedJob parse_named_job(const std::string& text) {
    const std::size_t colon = text.rfind(':');
    if (is_file(text) || colon == std::string::npos) return {text, std::nullopt};
    JobId job = 0;
    const char* end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data() + colon + 1, end, job);
    if (error != std::errc() || rest != end || job < 1) return {text, std::nullopt};
    return {text.substr(0, colon), job};
}

JobRecord job_with_curves(const Study& study, std::optional<JobId> job) {
    if (job) {
        JobRecord named = study.job(*job);
        if (named.settings.kind->measures_curves()) return named;
        throw UsageError("Job " + std::to_string(*job) + " of '" + study.path() + "' is a " + kind_name(named.settings) +
                         ", which has no accuracy curves: name another one (clipscope-cli study lists them)");
    }
    const std::vector<JobRecord> jobs = study.jobs();
    const auto latest = [&](auto is_wanted) -> const JobRecord* {
        for (const JobRecord& one : jobs | std::views::reverse)
            if (!one.started.empty() && is_wanted(one.settings)) return &one;
        return nullptr;
    };
    if (const JobRecord* found =
            latest([](const JobSettings& settings) { return is_over_rates(settings) && !settings.kind->compares_protections; }))
        return *found;
    if (const JobRecord* found = latest(is_over_rates)) return *found;
    if (const JobRecord* found = latest([](const JobSettings& settings) { return settings.kind->measures_curves(); })) return *found;
    throw UsageError("The study '" + study.path() + "' has no job with accuracy curves yet: run a sensitivity first");
}

std::optional<JobRecord> bit_job_of(const Study& study, const JobRecord& job) {
    const std::vector<JobRecord> jobs = study.jobs();
    for (const JobRecord& other : jobs | std::views::reverse) {
        if (!is_over_positions(other.settings) || !other.model || !job.model) continue;
        const MemoryModel& one = other.settings.memory;
        const MemoryModel& asked = job.settings.memory;
        if (other.model->sha256 == job.model->sha256 && one.format == asked.format && one.kind == asked.kind) return other;
    }
    return std::nullopt;
}

NamedCurves read_named_curves(const std::string& text) {
    const NamedJob named = parse_named_job(text);
    if (named.job || looks_like_study(named.study)) {
        const Study study = Study::open_to_read(named.study);
        const JobRecord job = job_with_curves(study, named.job);
        NamedCurves found{read_curves(study, job.id), {}, job};
        if (!is_over_positions(job.settings))
            if (const auto bits = bit_job_of(study, job)) found.bits = read_curves(study, bits->id).curves;
        return found;
    }
    const std::string file = read_text_file(named.study);
    const std::string kind = result_kind(file, named.study);
    if (!is_of_curves(kind)) throw UsageError("'" + named.study + "' is the result of a " + kind + ", which has no accuracy curves");
    return {result_from_json(file, named.study), {}, std::nullopt};
}

}  // namespace clipscope
