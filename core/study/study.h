// A study: one file with all of a piece of work (what was measured and how, every result, thresholds, notes), kept so that nothing is lost
// and everything can be repeated. Reading its results: study_results.h; writing them while a job runs: study_writer.h.
//
// A Study is used by one thread at a time. Several may have the same file open, in one process or in many, but only one of these processes
// writes; the others read what is committed. All calls throw StudyFullError, StudyInUseError, StudyDamagedError or Error (study_errors.h).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "study/job_settings.h"

namespace clipscope {

class Database;

using JobId = std::int64_t;  // never used twice in a study

enum class JobState {
    queued,
    running,
    interrupted,  // its process ended without a word; what was committed is there
    stopped,      // by the user
    failed,
    done
};

std::string to_string(JobState state);

// A model's file, or the images that a job used.
struct SourceRecord {
    std::string path;        // as it was given; folder of images
    std::int64_t bytes = 0;  // of the file; of the chosen images' pixels
    std::string sha256;      // of the file; of the chosen images' pixels and labels
    std::string details{};   // JSON: normalisation; split, number and class names
};

struct JobRecord {
    JobId id = 0;
    JobSettings settings;
    JobState state = JobState::queued;
    std::string error;  // why it failed
    std::string name;   // the user's; may be empty
    std::string notes;
    std::optional<SourceRecord> model;  // nothing before it has run
    std::optional<SourceRecord> images;
    std::optional<SourceRecord> tuning_images;
    std::string device;
    int threads = 0;
    std::string versions;  // "ClipScope 0.1.0, LibTorch 1.13.1": of its latest run
    std::string created;   // UTC, "2026-11-23T08:00:00Z", as all times
    std::string started;   // empty before
    std::string ended;
    double seconds = 0;  // of all its runs
    bool is_removed = false;
};

// What a job found out for itself before its first trial, and keeps.
struct ResolvedSettings {
    std::vector<double> suggested_rates;
    std::vector<std::optional<float>> act_max;  // by site; empty: not profiled
};

struct StudyInfo {
    std::string created;
    std::string created_by;  // "ClipScope 0.1.0, LibTorch 1.13.1"
    std::string notes;
};

class Study {
public:
    // A new file; throws Error where there is something already.
    static Study create(const std::string& path);
    // To write, or as the one below where the file is of a newer version. An older version's file is upgraded on a copy, which takes its
    // place; the old one stays beside it under the name old_version_path(). A job that runs according to the file was interrupted.
    static Study open(const std::string& path);
    static Study open_or_create(const std::string& path);
    static Study open_to_read(const std::string& path);
    // By anybody, now. Quick.
    static bool is_being_written(const std::string& path);
    // Another connection to the same file, to write if this one may: for another thread.
    Study another() const;

    ~Study();
    Study(Study&&) noexcept;
    Study& operator=(Study&&) noexcept;

    const std::string& path() const;
    bool is_writable() const { return read_only_reason().empty(); }
    // One sentence; empty where it can be written.
    const std::string& read_only_reason() const;
    StudyInfo info() const;
    void set_notes(const std::string& notes);
    // Changes whenever another connection has committed something: what a watching window polls.
    std::int64_t data_version() const;
    // A whole copy, also while a job writes; what was there is replaced.
    void save_as(const std::string& path) const;

    // In the order of the queue.
    std::vector<JobRecord> jobs(bool with_removed = false) const;
    // Throws UsageError naming the jobs there are.
    JobRecord job(JobId id) const;
    JobId add_job(const JobSettings& settings);
    // The latest job that the asked one would continue (can_continue()) and that was measured with the same contents, or not at all yet;
    // nothing where it is a new one. Where the contents under the same path have changed, it is found, and set_sources() refuses.
    std::optional<JobId> find_job(const JobSettings& asked, const SourceRecord& model, const SourceRecord& images) const;
    // The same job again with changes, at the end of the queue and without results.
    JobId duplicate_job(JobId id, const JobSettings& changed);
    void set_settings(JobId id, const JobSettings& settings);
    // It could not be begun: `error` says why. A job that is done stays so.
    void set_failed(JobId id, const std::string& error);
    void set_name(JobId id, const std::string& name);
    void set_job_notes(JobId id, const std::string& notes);
    // In the queue before another job; 0: to its end.
    void move_job(JobId id, JobId before);
    void remove_job(JobId id);  // keeps everything: restore_job() brings it back
    void restore_job(JobId id);
    void purge_removed();  // for good; gives its space back

    ResolvedSettings resolved(JobId id) const;
    void set_resolved(JobId id, const ResolvedSettings& resolved);
    void set_machine(JobId id, const std::string& device, int threads);
    // Throws StudyInputError, one sentence, where the model is not the known one.
    void check_model(const SourceRecord& known, const SourceRecord& now) const;
    // What the job works on. Throws StudyInputError, one sentence, where it was measured with other contents before, or where another job
    // of this study knows other contents under the same path.
    void set_sources(JobId id, const SourceRecord& model, const SourceRecord& images, const std::optional<SourceRecord>& tuning_images);

    // For core/study.
    Database& database() const;

private:
    struct Contents;
    explicit Study(std::unique_ptr<Contents> contents);
    std::unique_ptr<Contents> contents_;
};

// "a.clipscope" becomes "a.version-0.clipscope".
std::string old_version_path(const std::string& path, int version);

// Where studies without a name live until they get one: one folder of the user's, made where it is missing.
std::string autosave_folder();
// A path there that no study has yet.
std::string new_autosave_path();
// Those left there, latest first, without those that a program has open.
std::vector<std::string> abandoned_autosaves();

// "ClipScope 0.1.0, LibTorch 1.13.1".
std::string versions_text();

}  // namespace clipscope
