// A study's file as an SQLite database: opened safely, its errors as ClipScope's. Only core/study includes this.
#pragma once

#include <SQLiteCpp/Backup.h>
#include <SQLiteCpp/SQLiteCpp.h>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>

namespace clipscope {

// Throws what `error`, which came while `path` was in use, means for people: StudyFullError, StudyDamagedError, StudyInUseError or Error.
[[noreturn]] void throw_study_error(const std::string& path, const SQLite::Exception& error);

enum class DatabaseAccess {
    read,
    write,  // the first connection of those that write
    join,   // another one beside it
    create,
};

// One connection; used by one thread at a time. Every write is on the disk once its transaction is committed.
class Database {
public:
    // `create` needs that there is no such file or an empty one. Writing keeps a write-ahead log beside the file while it is open, or a
    // rollback journal where the file system cannot have the log; closing the last connection leaves one file. Throws as above.
    Database(const std::string& path, DatabaseAccess access);
    ~Database();
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;

    const std::string& path() const { return path_; }
    SQLite::Database& sql() { return *sql_; }

    // Runs function() and turns SQLite's exceptions into ClipScope's.
    template <class Function>
    auto guarded(Function&& function) const -> decltype(function()) {
        try {
            return std::forward<Function>(function)();
        } catch (const SQLite::Exception& error) {
            throw_study_error(path_, error);
        }
    }

    // As guarded(), in one transaction: all or nothing.
    template <class Function>
    void transaction(Function&& function) {
        guarded([&] {
            SQLite::Transaction transaction(*sql_, SQLite::TransactionBehavior::IMMEDIATE);
            function();
            transaction.commit();
        });
    }

private:
    void open_to_read();
    void open_to_write();
    void choose_journal();

    std::string path_;
    DatabaseAccess access_;
    std::unique_ptr<SQLite::Database> sql_;
};

// A query for many rows; columns count from 0. SQLiteCpp's columns would cost as much as reading the file.
class Rows {
public:
    Rows(Database& database, const std::string& query);
    ~Rows();
    Rows(const Rows&) = delete;
    Rows& operator=(const Rows&) = delete;

    Rows& bind(int parameter, std::int64_t value);  // parameters count from 1
    bool next();                                    // throws SQLite::Exception
    void reset();                                   // to bind and step again
    std::int64_t integer(int column) const;

private:
    Database& database_;
    sqlite3_stmt* statement_ = nullptr;
};

// 15 bits that tell whether a row still holds what was written; SQLite itself does not notice a flipped bit inside a value.
int row_check(std::span<const std::int64_t> numbers);
int row_check(const std::string& text);

}  // namespace clipscope
