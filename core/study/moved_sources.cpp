#include "study/moved_sources.h"

#include <algorithm>
#include <filesystem>

#include "common/sha256.h"
#include "data/dataset_reader.h"
#include "network/bundled_networks.h"
#include "study/opened_job.h"
#include "study/study_errors.h"

namespace clipscope {
namespace {

namespace fs = std::filesystem;

const std::optional<SourceRecord>& record_of(const JobRecord& job, SourceKind kind) {
    return kind == SourceKind::model ? job.model : job.images;
}

std::string& path_in(JobSettings& settings, SourceKind kind) {
    return kind == SourceKind::model ? settings.model : settings.data;
}

}  // namespace

std::string source_path(const JobSettings& settings, SourceKind kind) {
    if (kind == SourceKind::model) return settings.model;
    return settings.data.empty() ? fashion_mnist_folder() : settings.data;
}

bool is_source_there(const std::string& path) {
    std::error_code error;
    return path.starts_with("bundled:") || fs::exists(path, error);
}

std::vector<std::string> likely_places(const std::string& study_path, const std::string& path) {
    const fs::path folder = fs::absolute(study_path).parent_path();
    fs::path old = fs::path(path).lexically_normal().relative_path();
    if (!old.has_filename()) old = old.parent_path();  // "images/"
    std::vector<std::string> places;
    for (auto first = old.begin(); first != old.end(); ++first) {
        fs::path end;
        for (auto part = first; part != old.end(); ++part) end /= *part;
        for (const fs::path& base : {folder, folder.parent_path()}) {
            const std::string place = (base / end).lexically_normal().string();
            if (place != path && is_source_there(place) && std::ranges::count(places, place) == 0) places.push_back(place);
        }
    }
    return places;
}

std::optional<JobRecord> job_that_knows(const Study& study, const JobRecord& job, SourceKind kind) {
    if (record_of(job, kind)) return job;
    for (const JobRecord& other : study.jobs(true))
        if (record_of(other, kind) && source_path(other.settings, kind) == source_path(job.settings, kind)) return other;
    return std::nullopt;
}

void check_source(const JobRecord& job, SourceKind kind, const std::string& path) {
    const std::optional<SourceRecord>& known = record_of(job, kind);
    if (!known) return;
    JobSettings moved = job.settings;
    path_in(moved, kind) = path;
    const std::string found = kind == SourceKind::model ? file_sha256(resolve_model_path(path)) : describe_images(moved).sha256;
    if (found == known->sha256) return;
    const std::string what =
        kind == SourceKind::model ? "The file '" + path + "' is not the model" : "The images in '" + path + "' are not those";
    throw StudyInputError(what + " that job " + std::to_string(job.id) + " was measured with (SHA-256 " + found.substr(0, 12) +
                          "… instead of " + known->sha256.substr(0, 12) + "…): choose the original.");
}

std::optional<std::string> find_source(const Study& study, const JobRecord& job, SourceKind kind) {
    const std::optional<JobRecord> known = job_that_knows(study, job, kind);
    for (const std::string& place : likely_places(study.path(), source_path(job.settings, kind))) {
        try {
            if (known) check_source(*known, kind, place);
            return place;
        } catch (const Error&) {
            // Another file of the same name, or none that can be read.
        }
    }
    return std::nullopt;
}

JobSettings located(const Study& study, const JobRecord& job, const SourcePlaces& places) {
    JobSettings settings = job.settings;
    for (const SourceKind kind : {SourceKind::model, SourceKind::images}) {
        const std::string& given = kind == SourceKind::model ? places.model : places.data;
        if (!given.empty()) {
            path_in(settings, kind) = given;
        } else if (!is_source_there(source_path(settings, kind))) {
            if (const auto found = find_source(study, job, kind)) path_in(settings, kind) = *found;
        }
    }
    return settings;
}

void move_source(Study& study, const JobRecord& job, SourceKind kind, const std::string& path) {
    const std::string old = source_path(job.settings, kind);
    const std::optional<JobRecord> known = job_that_knows(study, job, kind);
    for (const JobRecord& other : study.jobs(true)) {
        const std::optional<SourceRecord>& record = record_of(other, kind);
        const bool has_same_record = record && known && record->sha256 == record_of(*known, kind)->sha256;
        // Records of images are about the chosen ones, so jobs on others of the same folder have other records.
        const bool is_at_same_place = source_path(other.settings, kind) == old && (kind == SourceKind::images || !record || !known);
        if (!has_same_record && !is_at_same_place) continue;
        JobSettings settings = other.settings;
        path_in(settings, kind) = path;
        study.set_settings(other.id, settings);
    }
}

}  // namespace clipscope
