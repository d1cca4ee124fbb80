// Models and images of a study that are no longer where its jobs were told: where they may be now, whether they are the same, and how the
// study learns it. Results of other contents are never mixed.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "study/study.h"

namespace clipscope {

enum class SourceKind { model, images };

// Where the job looks for it: "bundled:NAME" or a file; a folder.
std::string source_path(const JobSettings& settings, SourceKind kind);
// Bundled networks are always there.
bool is_source_there(const std::string& path);

// Files or folders that are there and may be the one that was at `path` once: relative to the study's folder or the one above, with as many
// of the old path's folders as fit, the longest first.
std::vector<std::string> likely_places(const std::string& study_path, const std::string& path);

// The job whose record of contents the job's source is checked against: itself, or where it never ran, another of the study with the same
// path. Nothing where no job has one.
std::optional<JobRecord> job_that_knows(const Study& study, const JobRecord& job, SourceKind kind);

// Reads `path` and compares its SHA-256 with what `job` was measured with: seconds for large ones. Throws StudyInputError, one sentence,
// where it is another one, Error where it cannot be read.
void check_source(const JobRecord& job, SourceKind kind, const std::string& path);

// The first of the likely places that holds the right one; without a record the first of all. Nothing where none does.
std::optional<std::string> find_source(const Study& study, const JobRecord& job, SourceKind kind);

// Where a user says that model and data of a job are now; empty: where the job says, or where find_source() finds them.
struct SourcePlaces {
    std::string model{};
    std::string data{};
};
JobSettings located(const Study& study, const JobRecord& job, const SourcePlaces& places);

// From here on all jobs with the same contents find it at `path`, and so do those that never ran but have the same old path. The caller has
// checked it.
void move_source(Study& study, const JobRecord& job, SourceKind kind, const std::string& path);

}  // namespace clipscope
