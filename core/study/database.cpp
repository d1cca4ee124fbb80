#include "study/database.h"

#include <sqlite3.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>

#include "study/study_errors.h"

namespace clipscope {
namespace {

constexpr int busy_milliseconds = 5000;
constexpr int unshared = SQLITE_OPEN_NOMUTEX;  // a connection is used by one thread at a time: locks would be a third of reading's cost

// What SQLite says where it could not write: a full disk, a used-up quota, a limit on the file's size.
bool is_space_missing(const SQLite::Exception& error) {
    if (error.getErrorCode() == SQLITE_FULL) return true;
    for (const int code : {SQLITE_IOERR_WRITE, SQLITE_IOERR_FSYNC, SQLITE_IOERR_TRUNCATE, SQLITE_IOERR_SHMSIZE})
        if (error.getExtendedErrorCode() == code) return true;
    return false;
}

// A path as part of a URI.
std::string percent_encoded(const std::string& path) {
    std::string text;
    for (const char character : path) {
        constexpr char digits[] = "0123456789ABCDEF";
        const auto byte = (unsigned char)(character);
        if (std::strchr("?#%", character) != nullptr || byte < 0x21) {
            text += '%';
            text += digits[byte >> 4];
            text += digits[byte & 15];
        } else {
            text += character;
        }
    }
    return text;
}

std::uint32_t mixed(std::uint32_t state, std::uint8_t byte) {
    return (state ^ byte) * 16777619u;  // FNV-1a
}

int folded(std::uint32_t state) {
    return int((state ^ (state >> 15) ^ (state >> 30)) & 0x7FFF);
}

}  // namespace

void throw_study_error(const std::string& path, const SQLite::Exception& error) {
    const std::string file = "'" + path + "'";
    if (is_space_missing(error))
        throw StudyFullError("The study " + file +
                             " cannot be written further, its disk is full or a quota is used up: free some space there.");
    switch (error.getErrorCode()) {
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
            throw StudyInUseError("The study " + file + " is being written by another program: try again when that is done.");
        case SQLITE_NOTADB:
            throw StudyDamagedError("The file " + file + " is no ClipScope study: choose a .clipscope file.");
        case SQLITE_CORRUPT:
            throw StudyDamagedError("The study " + file +
                                    " is damaged: save what is left of it with 'clipscope-cli recover', or take a backup.");
        case SQLITE_CANTOPEN:
            throw Error("The study " + file + " cannot be opened: check that it is there and that its folder may be used.");
        case SQLITE_READONLY:
        case SQLITE_PERM:
        case SQLITE_AUTH:
            throw Error("The study " + file + " may only be read: save it under another name to go on with it.");
        case SQLITE_ERROR:
            throw StudyDamagedError("The study " + file + " has not the tables that this ClipScope knows (" + error.what() +
                                    "): it is damaged, or of another version.");
        default:
            throw Error("The study " + file + " cannot be used (" + error.what() + "): check its disk, or take a backup.");
    }
}

Database::Database(const std::string& path, DatabaseAccess access) : path_(path), access_(access) {
    guarded([&] {
        if (access == DatabaseAccess::read)
            open_to_read();
        else
            open_to_write();
    });
}

Database::~Database() {
    // Not while others read: the last of them to close leaves one file all the same.
    if (access_ == DatabaseAccess::read || !sql_) return;
    sqlite3_busy_timeout(sql_->getHandle(), 0);
    sql_->tryExec("PRAGMA wal_checkpoint(TRUNCATE); PRAGMA journal_mode=DELETE");
}

void Database::open_to_read() {
    try {
        // Who could write also tidies up the log when it is the last to close.
        const bool may_write = access(path_.c_str(), W_OK) == 0;
        sql_ = std::make_unique<SQLite::Database>(path_, (may_write ? SQLite::OPEN_READWRITE : SQLite::OPEN_READONLY) | unshared,
                                                  busy_milliseconds);
        sql_->exec("PRAGMA query_only=1");
        sql_->execAndGet("SELECT count(*) FROM sqlite_master");
    } catch (const SQLite::Exception& error) {
        // Where nothing can be written beside a file that was closed properly, it is read as it is.
        std::error_code ignored;
        const bool is_whole = !std::filesystem::exists(path_ + "-wal", ignored) && !std::filesystem::exists(path_ + "-journal", ignored);
        const bool is_folder_locked = error.getErrorCode() == SQLITE_CANTOPEN || error.getErrorCode() == SQLITE_READONLY;
        if (!is_whole || !is_folder_locked || access(path_.c_str(), R_OK) != 0) throw;
        sql_ = std::make_unique<SQLite::Database>("file:" + percent_encoded(path_) + "?immutable=1",
                                                  SQLite::OPEN_READONLY | SQLite::OPEN_URI | unshared, busy_milliseconds);
        sql_->execAndGet("SELECT count(*) FROM sqlite_master");
    }
}

void Database::open_to_write() {
    const int create = access_ == DatabaseAccess::create ? SQLite::OPEN_CREATE : 0;
    sql_ = std::make_unique<SQLite::Database>(path_, SQLite::OPEN_READWRITE | create | unshared, busy_milliseconds);
    sql_->exec("PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON");
    // The first page of a new file is written without the log, so that it says at once what it is.
    if (access_ == DatabaseAccess::write) choose_journal();
}

void Database::choose_journal() {
    try {
        sql_->execAndGet("PRAGMA journal_mode=WAL");
        sql_->exec("BEGIN IMMEDIATE; COMMIT");
    } catch (const SQLite::Exception& error) {
        if (error.getErrorCode() == SQLITE_NOTADB || error.getErrorCode() == SQLITE_CORRUPT || error.getErrorCode() == SQLITE_BUSY) throw;
        // The file says already that it has a log; whoever uses it alone needs no index of the log to take that back.
        sql_ = std::make_unique<SQLite::Database>(path_, SQLite::OPEN_READWRITE | unshared, busy_milliseconds);
        sql_->exec("PRAGMA locking_mode=EXCLUSIVE");
        sql_->execAndGet("PRAGMA journal_mode=DELETE");
        sql_ = std::make_unique<SQLite::Database>(path_, SQLite::OPEN_READWRITE | unshared, busy_milliseconds);
        sql_->exec("PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON");
    }
}

Rows::Rows(Database& database, const std::string& query) : database_(database) {
    const int result = sqlite3_prepare_v2(database.sql().getHandle(), query.c_str(), int(query.size()), &statement_, nullptr);
    if (result != SQLITE_OK) throw SQLite::Exception(database.sql().getHandle(), result);
}

Rows::~Rows() {
    sqlite3_finalize(statement_);
}

Rows& Rows::bind(int parameter, std::int64_t value) {
    sqlite3_bind_int64(statement_, parameter, value);
    return *this;
}

bool Rows::next() {
    const int result = sqlite3_step(statement_);
    if (result != SQLITE_ROW && result != SQLITE_DONE) throw SQLite::Exception(database_.sql().getHandle(), result);
    return result == SQLITE_ROW;
}

void Rows::reset() {
    sqlite3_reset(statement_);
}

std::int64_t Rows::integer(int column) const {
    return sqlite3_column_int64(statement_, column);
}

int row_check(std::span<const std::int64_t> numbers) {
    std::uint32_t state = 2166136261u;
    for (const std::int64_t number : numbers) {
        state = (state ^ std::uint32_t(number)) * 0x9E3779B1u;
        state ^= state >> 13;
        state = (state ^ std::uint32_t(std::uint64_t(number) >> 32)) * 16777619u;
    }
    return folded(state);
}

int row_check(const std::string& text) {
    std::uint32_t state = 2166136261u;
    for (const char character : text) state = mixed(state, std::uint8_t(character));
    return folded(state);
}

}  // namespace clipscope
