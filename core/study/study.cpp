#include "study/study.h"

#include <filesystem>
#include <system_error>

#include "common/error.h"
#include "common/file_replacement.h"
#include "common/version.h"
#include "study/schema.h"
#include "study/study_contents.h"
#include "study/study_errors.h"

namespace clipscope {
namespace {

namespace fs = std::filesystem;

bool is_missing_or_empty(const std::string& path) {
    std::error_code error;
    if (!fs::exists(path, error)) return true;
    return fs::is_regular_file(path, error) && fs::file_size(path, error) == 0;
}

void check_is_there(const std::string& path) {
    std::error_code error;
    if (!fs::exists(path, error)) throw Error("There is no study '" + path + "': check its name.");
    if (!fs::is_regular_file(path, error)) throw Error("'" + path + "' is no file: choose a .clipscope file.");
    if (fs::file_size(path, error) == 0)
        throw StudyDamagedError("The file '" + path + "' is empty, so it is no study: choose another, or a backup.");
}

void write_first_rows(Database& database) {
    database.transaction([&] {
        SQLite::Statement insert(database.sql(), "INSERT INTO study VALUES (?, ?)");
        const auto add = [&](const std::string& name, const std::string& value) {
            insert.bind(1, name);
            insert.bind(2, value);
            insert.exec();
            insert.reset();
        };
        add("created", now_text());
        add("created_by", versions_text());
        add("notes", "");
    });
}

void copy_database(Database& from, SQLite::Database& to) {
    from.guarded([&] {
        SQLite::Backup backup(to, from.sql());
        backup.executeStep(-1);
    });
}

// The old file stays beside the new one under another name. The caller holds the lock.
void upgrade_file(const std::string& path, int version) {
    const std::string old_path = old_version_path(path, version);
    const std::string new_path = path + ".upgrade";
    if (fs::exists(old_path))
        throw Error("The study '" + path + "' is of an older version, but the place of its old file, '" + old_path +
                    "', is taken: move that away.");
    try {
        fs::remove(new_path);
        if (fs::exists(path + "-wal")) const Database folded_log(path, DatabaseAccess::write);
        {
            Database old(path, DatabaseAccess::read);
            Database fresh(new_path, DatabaseAccess::create);
            copy_database(old, fresh.sql());
            upgrade_schema(fresh, version);
        }
        fs::copy_file(path, old_path);
        flush_file(old_path);
        replace_file(new_path, path);
    } catch (const std::system_error& error) {
        throw Error("The study '" + path + "' is of an older version and could not be upgraded on a copy (" + error.code().message() +
                    "): check its folder.");
    }
}

// Nobody writes it, so whatever ran has ended.
void note_interruptions(Database& database) {
    database.transaction([&] { database.sql().exec("UPDATE job SET state = 'interrupted' WHERE state = 'running'"); });
}

std::string newer_text(const std::string& path) {
    return "The study '" + path + "' was written by a newer ClipScope: it can be read, but to go on with it that version is needed.";
}

}  // namespace

Study::Study(std::unique_ptr<Contents> contents) : contents_(std::move(contents)) {}
Study::Study(Study&&) noexcept = default;
Study& Study::operator=(Study&&) noexcept = default;
Study::~Study() {
    // The connection ends before the lock.
    if (contents_) contents_->database.reset();
}

Study Study::create(const std::string& path) {
    if (!is_missing_or_empty(path)) throw Error("'" + path + "' is there already: choose another name for the new study.");
    {
        const WriterLock lock(path);
        Database database(path, DatabaseAccess::create);
        create_schema(database);
        write_first_rows(database);
    }
    return open(path);
}

Study Study::open(const std::string& path) {
    check_is_there(path);
    auto contents = std::make_unique<Contents>();
    contents->path = path;
    contents->lock = std::make_shared<WriterLock>(path);
    int version = 0;
    {
        Database database(path, DatabaseAccess::read);
        version = checked_version(database);
    }
    if (version > schema_version) return open_to_read(path);
    if (version < schema_version) upgrade_file(path, version);
    contents->database = std::make_unique<Database>(path, DatabaseAccess::write);
    add_views(*contents->database);
    note_interruptions(*contents->database);
    return Study(std::move(contents));
}

Study Study::open_or_create(const std::string& path) {
    return is_missing_or_empty(path) ? create(path) : open(path);
}

bool Study::is_being_written(const std::string& path) {
    return WriterLock::is_held(path);
}

Study Study::open_to_read(const std::string& path) {
    check_is_there(path);
    auto contents = std::make_unique<Contents>();
    contents->path = path;
    contents->read_only_reason = "The study '" + path + "' was opened only to be read.";
    contents->database = std::make_unique<Database>(path, DatabaseAccess::read);
    const int version = checked_version(*contents->database);
    if (version > schema_version) contents->read_only_reason = newer_text(path);
    if (version < schema_version) {
        auto upgraded = std::make_unique<Database>(":memory:", DatabaseAccess::create);
        copy_database(*contents->database, upgraded->sql());
        upgrade_schema(*upgraded, version);
        contents->database = std::move(upgraded);
    }
    return Study(std::move(contents));
}

Study Study::another() const {
    if (!is_writable()) return open_to_read(contents_->path);
    auto contents = std::make_unique<Contents>();
    contents->path = contents_->path;
    contents->lock = contents_->lock;
    contents->database = std::make_unique<Database>(contents_->path, DatabaseAccess::join);
    return Study(std::move(contents));
}

const std::string& Study::path() const {
    return contents_->path;
}

const std::string& Study::read_only_reason() const {
    return contents_->read_only_reason;
}

Database& Study::database() const {
    return *contents_->database;
}

StudyInfo Study::info() const {
    return database().guarded([&] {
        StudyInfo info;
        SQLite::Statement rows(database().sql(), "SELECT name, value FROM study");
        while (rows.executeStep()) {
            const std::string name = rows.getColumn(0).getString();
            const std::string value = rows.getColumn(1).getString();
            if (name == "created") info.created = value;
            if (name == "created_by") info.created_by = value;
            if (name == "notes") info.notes = value;
        }
        return info;
    });
}

void Study::set_notes(const std::string& notes) {
    database().transaction([&] {
        SQLite::Statement update(database().sql(), "INSERT OR REPLACE INTO study VALUES ('notes', ?)");
        update.bind(1, notes);
        update.exec();
    });
}

std::int64_t Study::data_version() const {
    return database().guarded([&] { return database().sql().execAndGet("PRAGMA data_version").getInt64(); });
}

void Study::save_as(const std::string& path) const {
    std::error_code error;
    if (fs::equivalent(path, contents_->path, error)) return;
    const std::string unfinished = path + ".unfinished";
    fs::remove(unfinished, error);
    {
        const WriterLock lock(path);
        {
            Database copy(unfinished, DatabaseAccess::create);
            copy.guarded([&] { copy_database(database(), copy.sql()); });
        }
        // What a killed program left beside the replaced file would be taken for a part of the new one.
        for (const char* rest : {"-wal", "-shm", "-journal"}) fs::remove(path + rest, error);
        try {
            return replace_file(unfinished, path);
        } catch (const std::system_error& failure) {
            error = failure.code();
        }
    }
    std::error_code ignored;
    fs::remove(unfinished, ignored);
    throw Error("The study could not be saved as '" + path + "' (" + error.message() + "): choose another place.");
}

std::string old_version_path(const std::string& path, int version) {
    const fs::path whole(path);
    return (whole.parent_path() / (whole.stem().string() + ".version-" + std::to_string(version) + whole.extension().string())).string();
}

std::string versions_text() {
    return std::string("ClipScope ") + version() + ", LibTorch " + libtorch_version();
}

}  // namespace clipscope
