#include "study/study_merge.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <optional>
#include <system_error>

#include "common/error.h"
#include "common/file_replacement.h"
#include "common/number_text.h"
#include "study/job_slices.h"
#include "study/merge_checks.h"
#include "study/merge_rows.h"
#include "study/study_errors.h"
#include "study/writer_lock.h"

namespace clipscope {
namespace {

namespace fs = std::filesystem;

// Where the merged study grows until it is whole; nothing of it is left afterwards.
class Unfinished {
public:
    explicit Unfinished(const std::string& output) : path_(output + ".merging-XXXXXX") {
        const int file = mkstemp(path_.data());
        if (file < 0)
            throw Error("The merged study cannot be put at '" + output + "' (" + std::strerror(errno) + "): choose another place.");
        close(file);
    }
    ~Unfinished() { clear(); }
    Unfinished(const Unfinished&) = delete;
    Unfinished& operator=(const Unfinished&) = delete;

    const std::string& path() const { return path_; }

private:
    void clear() const {
        std::error_code ignored;
        for (const char* rest : {"", "-wal", "-shm", "-journal", "-lock", ".unfinished"}) fs::remove(path_ + rest, ignored);
    }

    std::string path_;
};

// What the parts say of a job besides its results.
struct JobPieces {
    std::vector<WorkSlice> slices{};
    bool is_done = false;  // a part was no slice and ended
    double seconds = 0;
    std::string started{}, ended{}, campaign{}, versions{};
    std::string resolved{};  // of a part that has found something out
    std::optional<JobRecord> with_sources{};
};

bool is_fuller(const std::string& resolved, const std::string& than) {
    return resolved.size() > than.size();
}

void note(JobPieces& pieces, const MergePart& part, std::size_t place, const Study& study) {
    const JobRecord& job = part.jobs[place];
    for (const WorkSlice& slice : finished_slices(study, job.id))
        if (std::ranges::find(pieces.slices, slice) == pieces.slices.end()) pieces.slices.push_back(slice);
    pieces.is_done |= job.state == JobState::done;
    pieces.seconds += job.seconds;
    if (!job.started.empty() && (pieces.started.empty() || job.started < pieces.started)) pieces.started = job.started;
    pieces.ended = std::max(pieces.ended, job.ended);
    if (pieces.versions.empty()) pieces.versions = job.versions;
    if (job.settings.kind->measures_curves() || job.settings.kind->is_listed())
        if (pieces.campaign.empty()) pieces.campaign = part.campaigns[place];
    if (is_fuller(part.resolved[place], pieces.resolved)) pieces.resolved = part.resolved[place];
    if (!pieces.with_sources && job.model && job.images) pieces.with_sources = job;
}

// As many trials as the job is to have; 0 where results decide.
std::int64_t wanted_trials(Database& database, const JobRecord& job) {
    if (job.settings.kind->is_listed()) return job.settings.list.trials;
    if (!job.settings.kind->measures_curves() || job.settings.precision > 0) return 0;
    SQLite::Statement points(database.sql(), "SELECT count(*) FROM point JOIN curve ON curve.id = point.curve WHERE curve.job = ?");
    points.bind(1, job.id);
    points.executeStep();
    return points.getColumn(0).getInt64() * job.settings.trials;
}

void write_job(Database& database, const MergedJob& merged, const JobPieces& pieces) {
    const bool has_begun = !pieces.started.empty();
    SQLite::Statement update(database.sql(),
                             "UPDATE job SET state = ?, error = '', started = ?, ended = ?, seconds = ?, campaign = ?, versions = ?, "
                             "resolved = json_remove(?, '$.slices') WHERE id = ?");
    update.bind(1, to_string(merged.is_whole ? JobState::done : has_begun ? JobState::stopped : JobState::queued));
    if (has_begun) update.bind(2, pieces.started);
    if (!pieces.ended.empty()) update.bind(3, pieces.ended);
    update.bind(4, pieces.seconds);
    update.bind(5, pieces.campaign);
    update.bind(6, pieces.versions);
    update.bind(7, pieces.resolved);
    update.bind(8, merged.id);
    update.exec();
}

class Merge {
public:
    Merge(const std::vector<std::string>& paths, const std::string& unfinished) {
        if (paths.empty()) throw UsageError("Name the studies to be merged");
        for (const std::string& path : paths) parts_.push_back(read_part(path));
        const auto most = std::ranges::max_element(parts_, {}, [](const MergePart& part) { return part.jobs.size(); });
        std::rotate(parts_.begin(), most, most + 1);
        known_ = parts_.front();
        Study::open_to_read(parts_.front().path).save_as(unfinished);
        merged_ = std::make_unique<Study>(Study::open(unfinished));
    }

    std::vector<MergedJob> run() {
        Database& to = merged_->database();
        std::vector<MergedJob> report;
        to.guarded([&] { to.sql().exec("PRAGMA cache_size = -262144"); });
        to.transaction([&] {
            std::vector<JobMerge> jobs;
            for (const JobRecord& job : parts_.front().jobs) jobs.emplace_back(to, job.id);
            pieces_.resize(jobs.size());
            for (const MergePart& part : parts_) take(part, jobs);
            for (std::size_t place = 0; place < jobs.size(); ++place) report.push_back(finish(place, jobs[place]));
        });
        for (std::size_t place = 0; place < pieces_.size(); ++place) keep_rest(report[place], pieces_[place]);
        to.guarded([&] { to.sql().exec("VACUUM"); });
        return report;
    }

private:
    void take(const MergePart& part, std::vector<JobMerge>& jobs) {
        const std::vector<std::size_t> places = places_in(known_, part);
        Study study = Study::open_to_read(part.path);
        for (std::size_t i = 0; i < places.size(); ++i) {
            study.database().guarded([&] { jobs[places[i]].take(study, part.jobs[i].id); });
            note(pieces_[places[i]], part, i, study);
        }
        add_knowledge(known_, part, places);
    }

    MergedJob finish(std::size_t place, JobMerge& job) {
        const JobRecord& first = parts_.front().jobs[place];
        const JobPieces& pieces = pieces_[place];
        job.finish();
        MergedJob merged{.id = first.id, .kind = kind_name(first.settings), .trials = job.trials(), .has_audit = job.has_audit()};
        merged.trials_wanted = wanted_trials(merged_->database(), first);
        merged.missing_slices = missing_slices(pieces.slices);
        merged.is_whole = (pieces.is_done || (!pieces.slices.empty() && merged.missing_slices.empty())) &&
                          (merged.trials_wanted == 0 || merged.trials >= merged.trials_wanted);
        write_job(merged_->database(), merged, pieces);
        return merged;
    }

    // What Study's own ways write.
    void keep_rest(const MergedJob& job, const JobPieces& pieces) {
        if (const auto& known = pieces.with_sources)
            if (!merged_->job(job.id).model) merged_->set_sources(job.id, *known->model, *known->images, known->tuning_images);
        if (!job.is_whole && !pieces.slices.empty()) keep_slices(*merged_, job.id, pieces.slices);
    }

    std::vector<MergePart> parts_;  // the one with most jobs first
    MergePart known_;               // its jobs, with what any part so far knows of them
    std::unique_ptr<Study> merged_;
    std::vector<JobPieces> pieces_;  // by job
};

std::string missing_text(const MergedJob& job) {
    std::string text;
    constexpr std::size_t most_named = 12;
    for (std::size_t i = 0; i < std::min(job.missing_slices.size(), most_named); ++i)
        text += (i == 0 ? "" : ", ") + job.missing_slices[i].to_string();
    if (job.missing_slices.size() > most_named) text += " and " + std::to_string(job.missing_slices.size() - most_named) + " more";
    if (!text.empty()) text = (job.missing_slices.size() == 1 ? "slice " : "slices ") + text;
    if (job.trials_wanted > job.trials)
        text += (text.empty() ? "" : ", ") + grouped_text(job.trials_wanted - job.trials) + " of " + grouped_text(job.trials_wanted) +
                " trials";
    return text.empty() ? "an unknown part" : text;
}

// What is left of another study there would be taken for a part of the new one, and may be all that is left of its last results.
void check_free(const std::string& output) {
    std::error_code error;
    if (fs::exists(output, error)) throw Error("'" + output + "' is there already: choose another name for the merged study.");
    for (const char* rest : {"-wal", "-shm", "-journal"})
        if (fs::exists(output + rest, error))
            throw Error("'" + output + rest + "' is left of another study of this name: move it to where that study is, or remove it.");
}

}  // namespace

bool MergeReport::is_whole() const {
    return std::ranges::all_of(jobs, &MergedJob::is_whole);
}

std::string MergeReport::text() const {
    std::string text;
    for (const MergedJob& job : jobs) {
        text += "Job " + std::to_string(job.id) + ", " + job.kind + ": ";
        if (!job.is_whole)
            text += "missing " + missing_text(job) + ".\n";
        else
            text += job.trials > 0 ? "whole, " + grouped_text(job.trials) + " trials.\n" : "whole.\n";
        if (!job.has_audit)
            text += "Job " + std::to_string(job.id) +
                    ": some trials are in several parts, so the count of the bits that changed is left out.\n";
    }
    text += "Merged into '" + output + "'.";
    if (!is_whole()) text += " What is missing runs with the same command and --study " + output + ", without --slice.";
    return text + "\n";
}

MergeReport merge_studies(const std::vector<std::string>& parts, const std::string& output) {
    check_free(output);
    const Unfinished unfinished(output);
    MergeReport report{.output = output, .jobs = Merge(parts, unfinished.path()).run()};
    const WriterLock lock(output);
    check_free(output);
    try {
        replace_file(unfinished.path(), output);
    } catch (const std::system_error& failure) {
        throw Error("The merged study cannot be put at '" + output + "' (" + failure.code().message() + "): choose another place.");
    }
    return report;
}

}  // namespace clipscope
