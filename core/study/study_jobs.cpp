#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "common/error.h"
#include "common/named_values.h"
#include "study/comparable_settings.h"
#include "study/listed_rows.h"
#include "study/study.h"
#include "study/study_contents.h"
#include "study/study_errors.h"

namespace clipscope {
namespace {

constexpr const char* job_columns =
    "id, settings, state, error, name, notes, model, images, tuning_images, device, threads, versions, created, started, ended, seconds, "
    "removed";

const char* name_of(JobState value) {
    switch (value) {
        case JobState::queued:
            return "queued";
        case JobState::running:
            return "running";
        case JobState::interrupted:
            return "interrupted";
        case JobState::stopped:
            return "stopped";
        case JobState::failed:
            return "failed";
        case JobState::done:
            return "done";
    }
    return nullptr;
}

// A state that only a newer ClipScope knows is none that this one can go on from.
JobState job_state_from_string(const std::string& text) {
    return value_named<JobState>(text, name_of).value_or(JobState::interrupted);
}

std::optional<SourceRecord> read_source(Database& database, const SQLite::Column& id) {
    if (id.isNull()) return std::nullopt;
    SQLite::Statement row(database.sql(), "SELECT path, bytes, sha256, details FROM source WHERE id = ?");
    row.bind(1, id.getInt64());
    if (!row.executeStep()) return std::nullopt;
    return SourceRecord{row.getColumn(0).getString(), row.getColumn(1).getInt64(), row.getColumn(2).getString(),
                        row.getColumn(3).getString()};
}

JobRecord read_job(Database& database, SQLite::Statement& row) {
    JobRecord job;
    job.id = row.getColumn(0).getInt64();
    job.settings = job_settings_from_json(row.getColumn(1).getString(), database.path());
    job.state = job_state_from_string(row.getColumn(2).getString());
    job.error = row.getColumn(3).getString();
    job.name = row.getColumn(4).getString();
    job.notes = row.getColumn(5).getString();
    job.model = read_source(database, row.getColumn(6));
    job.images = read_source(database, row.getColumn(7));
    job.tuning_images = read_source(database, row.getColumn(8));
    job.device = row.getColumn(9).getString();
    job.threads = row.getColumn(10).getInt();
    job.versions = row.getColumn(11).getString();
    job.created = row.getColumn(12).getString();
    job.started = row.getColumn(13).getString();
    job.ended = row.getColumn(14).getString();
    job.seconds = row.getColumn(15).getDouble();
    job.is_removed = !row.getColumn(16).isNull();
    return job;
}

// UPDATE job SET `column` = `value` WHERE id = `id`.
template <class Value>
void update(Study& study, JobId id, const std::string& column, const Value& value) {
    Database& database = study.database();
    database.transaction([&] {
        SQLite::Statement statement(database.sql(), "UPDATE job SET " + column + " = ? WHERE id = ?");
        statement.bind(1, value);
        statement.bind(2, id);
        statement.exec();
    });
}

std::string short_sha(const SourceRecord& source) {
    return source.sha256.substr(0, 12) + "…";
}

// Nothing may be mixed with results of other contents.
void check_same(const char* what, const std::optional<SourceRecord>& known, const SourceRecord& now, const std::string& study) {
    if (!known || known->sha256 == now.sha256) return;
    throw StudyInputError(std::string(what) + " '" + now.path + "' holds something else than when the study '" + study +
                          "' was measured (SHA-256 " + short_sha(now) + " instead of " + short_sha(*known) +
                          "): give the original one, or begin another study.");
}

std::int64_t keep_source(Database& database, const std::string& kind, const SourceRecord& source) {
    SQLite::Statement insert(database.sql(), "INSERT OR IGNORE INTO source (kind, path, bytes, sha256, details) VALUES (?, ?, ?, ?, ?)");
    insert.bind(1, kind);
    insert.bind(2, source.path);
    insert.bind(3, source.bytes);
    insert.bind(4, source.sha256);
    insert.bind(5, source.details);
    insert.exec();
    SQLite::Statement find(database.sql(), "SELECT id FROM source WHERE kind = ? AND path = ? AND sha256 = ?");
    find.bind(1, kind);
    find.bind(2, source.path);
    find.bind(3, source.sha256);
    find.executeStep();
    return find.getColumn(0).getInt64();
}

}  // namespace

std::string to_string(JobState state) {
    return name_of(state);
}

std::vector<JobRecord> Study::jobs(bool with_removed) const {
    return database().guarded([&] {
        std::vector<JobRecord> jobs;
        SQLite::Statement rows(database().sql(), std::string("SELECT ") + job_columns + " FROM job " +
                                                     (with_removed ? "" : "WHERE removed IS NULL ") + "ORDER BY place, id");
        while (rows.executeStep()) jobs.push_back(read_job(database(), rows));
        return jobs;
    });
}

JobRecord Study::job(JobId id) const {
    const std::optional<JobRecord> found = database().guarded([&]() -> std::optional<JobRecord> {
        SQLite::Statement row(database().sql(), std::string("SELECT ") + job_columns + " FROM job WHERE id = ?");
        row.bind(1, id);
        if (!row.executeStep()) return std::nullopt;
        return read_job(database(), row);
    });
    if (found) return *found;
    std::string known;
    for (const JobRecord& job : jobs()) known += (known.empty() ? "" : ", ") + std::to_string(job.id);
    throw UsageError("The study '" + path() + "' has no job " + std::to_string(id) + ": " +
                     (known.empty() ? "it has none." : "choose one of " + known + "."));
}

JobId Study::add_job(const JobSettings& settings) {
    JobId id = 0;
    database().transaction([&] {
        SQLite::Statement insert(database().sql(),
                                 "INSERT INTO job (place, kind, settings, created) "
                                 "VALUES ((SELECT coalesce(max(place), 0) + 1 FROM job), ?, ?, ?)");
        insert.bind(1, std::string(settings.kind->id));
        insert.bind(2, to_json(settings));
        insert.bind(3, now_text());
        insert.exec();
        id = database().sql().getLastInsertRowid();
    });
    return id;
}

std::optional<JobId> Study::find_job(const JobSettings& asked, const SourceRecord& model, const SourceRecord& images) const {
    const auto is_same = [](const std::optional<SourceRecord>& known, const SourceRecord& now) {
        return !known || known->path == now.path || known->sha256 == now.sha256;
    };
    std::optional<JobId> found;
    for (const JobRecord& job : jobs())
        if (can_continue(job.settings, asked) && is_same(job.model, model) && is_same(job.images, images)) found = job.id;
    return found;
}

JobId Study::duplicate_job(JobId id, const JobSettings& changed) {
    const JobRecord original = job(id);
    const JobId copy = add_job(changed);
    if (changed.kind->is_listed()) database().transaction([&] { copy_listed_trials(database(), id, copy); });
    if (!original.name.empty()) set_name(copy, original.name);
    return copy;
}

void Study::set_settings(JobId id, const JobSettings& settings) {
    const bool is_other_work = comparable_settings(job(id).settings) != comparable_settings(settings);
    database().transaction([&] {
        SQLite::Statement changed(database().sql(), std::string("UPDATE job SET settings = ?") +
                                                        (is_other_work ? ", resolved = json_remove(resolved, '$.slices')" : "") +
                                                        " WHERE id = ?");
        changed.bind(1, to_json(settings));
        changed.bind(2, id);
        changed.exec();
    });
}

void Study::set_failed(JobId id, const std::string& error) {
    database().transaction([&] {
        SQLite::Statement failed(database().sql(),
                                 "UPDATE job SET state = 'failed', error = ?, ended = ? WHERE id = ? AND state <> 'done'");
        failed.bind(1, error);
        failed.bind(2, now_text());
        failed.bind(3, id);
        failed.exec();
    });
}

void Study::set_name(JobId id, const std::string& name) {
    update(*this, id, "name", name);
}

void Study::set_job_notes(JobId id, const std::string& notes) {
    update(*this, id, "notes", notes);
}

void Study::move_job(JobId id, JobId before) {
    const std::vector<JobRecord> all = jobs(true);
    std::vector<JobId> order;
    for (const JobRecord& job : all)
        if (job.id != id) order.push_back(job.id);
    order.insert(std::find(order.begin(), order.end(), before), id);
    database().transaction([&] {
        SQLite::Statement place(database().sql(), "UPDATE job SET place = ? WHERE id = ?");
        for (std::size_t i = 0; i < order.size(); ++i) {
            place.bind(1, double(i + 1));
            place.bind(2, order[i]);
            place.exec();
            place.reset();
        }
    });
}

void Study::remove_job(JobId id) {
    update(*this, id, "removed", now_text());
}

void Study::restore_job(JobId id) {
    database().transaction([&] {
        SQLite::Statement restore(database().sql(), "UPDATE job SET removed = NULL WHERE id = ?");
        restore.bind(1, id);
        restore.exec();
    });
}

void Study::purge_removed() {
    database().transaction([&] {
        database().sql().exec(
            "DELETE FROM trial WHERE point IN (SELECT point.id FROM point JOIN curve ON curve.id = point.curve JOIN job ON job.id = "
            "curve.job "
            "WHERE job.removed IS NOT NULL); DELETE FROM job WHERE removed IS NOT NULL");
    });
    database().guarded([&] { database().sql().exec("VACUUM"); });
}

void Study::set_machine(JobId id, const std::string& device, int threads) {
    update(*this, id, "device", device);
    update(*this, id, "threads", threads);
}

ResolvedSettings Study::resolved(JobId id) const {
    return database().guarded([&] {
        SQLite::Statement row(database().sql(), "SELECT resolved FROM job WHERE id = ?");
        row.bind(1, id);
        ResolvedSettings resolved;
        if (!row.executeStep()) return resolved;
        const auto json = nlohmann::json::parse(row.getColumn(0).getString(), nullptr, false);
        if (json.is_discarded()) throw StudyDamagedError("Job " + std::to_string(id) + " of the study '" + path() + "' is damaged.");
        resolved.suggested_rates = json.value("suggested_rates", std::vector<double>());
        for (const auto& threshold : json.value("act_max", nlohmann::json::array()))
            resolved.act_max.push_back(threshold.is_number() ? std::optional(threshold.get<float>()) : std::nullopt);
        return resolved;
    });
}

void Study::set_resolved(JobId id, const ResolvedSettings& resolved) {
    nlohmann::json json = {{"suggested_rates", resolved.suggested_rates}, {"act_max", nlohmann::json::array()}};
    for (const std::optional<float>& threshold : resolved.act_max)
        json["act_max"].push_back(threshold ? nlohmann::json(*threshold) : nlohmann::json());
    Database& study = database();
    study.transaction([&] {
        // What a newer ClipScope keeps beside these stays.
        SQLite::Statement statement(study.sql(), "UPDATE job SET resolved = json_patch(resolved, ?) WHERE id = ?");
        statement.bind(1, json.dump());
        statement.bind(2, id);
        statement.exec();
    });
}

void Study::check_model(const SourceRecord& known, const SourceRecord& now) const {
    check_same("The model", known, now, path());
}

void Study::set_sources(JobId id, const SourceRecord& model, const SourceRecord& images, const std::optional<SourceRecord>& tuning_images) {
    const JobRecord known = job(id);
    check_same("The model", known.model, model, path());
    check_same("The images in", known.images, images, path());
    if (tuning_images) check_same("The tuning images in", known.tuning_images, *tuning_images, path());
    for (const JobRecord& other : jobs())
        if (other.model && other.model->path == model.path) check_same("The model", other.model, model, path());
    database().transaction([&] {
        SQLite::Statement keep(database().sql(), "UPDATE job SET model = ?, images = ?, tuning_images = ? WHERE id = ?");
        keep.bind(1, keep_source(database(), "model", model));
        keep.bind(2, keep_source(database(), "images", images));
        if (tuning_images)
            keep.bind(3, keep_source(database(), "images", *tuning_images));
        else
            keep.bind(3);
        keep.bind(4, id);
        keep.exec();
    });
}

}  // namespace clipscope
