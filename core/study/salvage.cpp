#include "study/salvage.h"

#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string_view>
#include <system_error>

#include "common/file_replacement.h"
#include "study/database.h"
#include "study/listed_rows.h"
#include "study/listed_trials.h"
#include "study/result_rows.h"
#include "study/schema.h"
#include "study/study.h"
#include "study/study_errors.h"
#include "study/study_results.h"

namespace clipscope {
namespace {

namespace fs = std::filesystem;

// A new folder beside the output, for the damaged file with its log, which is taken apart, and for what is saved until it is whole.
// Whatever happens it goes in the end, and no file of anybody's can be in its way.
class Workshop {
public:
    Workshop(const std::string& path, const std::string& output) : folder_(output + ".recovering-XXXXXX") {
        if (mkdtemp(folder_.data()) == nullptr)
            throw Error("Nothing can be written beside '" + output + "' (" + std::strerror(errno) + "): choose another place.");
        for (const char* part : {"", "-wal"}) {
            std::error_code error;
            if (!fs::exists(path + part, error)) continue;
            fs::copy_file(path + part, copy() + part, error);
            if (!error) continue;
            const std::string why = error.message();
            clear();
            throw Error("The study '" + path + "' could not be copied beside '" + output + "' (" + why +
                        "): make room there, or choose another place.");
        }
    }
    ~Workshop() { clear(); }
    Workshop(const Workshop&) = delete;
    Workshop& operator=(const Workshop&) = delete;

    std::string copy() const { return folder_ + "/damaged.clipscope"; }
    std::string saved() const { return folder_ + "/saved.clipscope"; }

private:
    void clear() const {
        std::error_code ignored;
        fs::remove_all(folder_, ignored);
    }

    std::string folder_;
};

struct Table {
    const char* name;
    const char* order;  // of its b-tree
};

constexpr std::array tables = {Table{"study", "name"},
                               Table{"source", "rowid"},
                               Table{"job", "rowid"},
                               Table{"curve", "rowid"},
                               Table{"point", "rowid"},
                               Table{"tuning", "job, kind, item"},
                               Table{"audit", "job, layer, bit"},
                               Table{"design", "point"},
                               Table{"sample", "point, stratum, trial"},
                               Table{"listed_trial", "job, trial"},
                               Table{"listed_outcome", "job, trial"}};

class Salvage {
public:
    Salvage(Database& from, Database& to, SalvageReport& report) : from_(from), to_(to), report_(report) {}

    void run() {
        to_.sql().exec("PRAGMA foreign_keys=OFF; PRAGMA synchronous=OFF; BEGIN; DELETE FROM study");
        for (const Table& table : tables)
            if (is_there(table.name)) copy(table);
        copy_trials();
        to_.sql().exec("COMMIT");
    }

private:
    // Forwards until something cannot be read, then backwards.
    bool read(const std::string& query, const std::string& order, const std::function<void(SQLite::Statement&)>& take) {
        std::string backwards = order;
        for (std::size_t comma = 0; (comma = backwards.find(',', comma)) != std::string::npos; comma += 6) backwards.insert(comma, " DESC");
        for (const std::string& way : {order, backwards + " DESC"}) {
            try {
                SQLite::Statement rows(from_.sql(), query + " ORDER BY " + way);
                while (rows.executeStep()) take(rows);
                return true;
            } catch (const SQLite::Exception&) {
                // The other way reaches what lies behind the damage.
            }
        }
        return false;
    }

    // Studies of older versions lack some.
    bool is_there(const std::string& table) {
        try {
            return from_.sql().tableExists(table);
        } catch (const SQLite::Exception&) {
            return true;  // copying it says what is wrong
        }
    }

    void copy(const Table& table) {
        const std::string name = table.name;
        const bool is_whole = read("SELECT * FROM " + name, table.order, [&](SQLite::Statement& row) {
            std::string places;
            for (int i = 0; i < row.getColumnCount(); ++i) places += i == 0 ? "?" : ", ?";
            try {
                SQLite::Statement insert(to_.sql(), "INSERT OR IGNORE INTO " + name + " VALUES (" + places + ")");
                bind(row, insert);
                insert.exec();
            } catch (const SQLite::Exception&) {
                ++report_.damaged;  // it breaks a rule of its table
            }
        });
        if (!is_whole) report_.unread.push_back(name);
    }

    static void bind(SQLite::Statement& row, SQLite::Statement& insert) {
        for (int i = 0; i < row.getColumnCount(); ++i) {
            const SQLite::Column column = row.getColumn(i);
            if (column.isNull())
                insert.bind(i + 1);
            else if (column.isInteger())
                insert.bind(i + 1, column.getInt64());
            else if (column.isFloat())
                insert.bind(i + 1, column.getDouble());
            else
                insert.bind(i + 1, column.getString());
        }
    }

    void copy_trials() {
        std::vector<std::int64_t> points;
        SQLite::Statement ids(to_.sql(), "SELECT id FROM point");
        while (ids.executeStep()) points.push_back(ids.getColumn(0).getInt64());
        bool is_whole = true;
        for (const std::int64_t point : points) {
            const std::string query = "SELECT * FROM trial WHERE point = " + std::to_string(point);
            is_whole &= read(query, "trial", [&](SQLite::Statement& row) { copy_trial(row); });
        }
        if (!is_whole) report_.unread.push_back("trial");
    }

    void copy_trial(SQLite::Statement& row) {
        std::array<std::int64_t, 9> numbers{};
        for (std::size_t i = 0; i < numbers.size(); ++i) numbers[i] = row.getColumn(int(i)).getInt64();
        if (row_check(numbers) != row.getColumn(9).getInt()) {
            ++report_.damaged;
            return;
        }
        if (!insert_)
            insert_ = std::make_unique<SQLite::Statement>(to_.sql(), "INSERT OR IGNORE INTO trial VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
        bind(row, *insert_);
        report_.trials += insert_->exec();
        insert_->reset();
    }

    Database& from_;
    Database& to_;
    SalvageReport& report_;
    std::unique_ptr<SQLite::Statement> insert_;
};

// What was copied but says something else than was written goes, as small a part of it as possible.
class Sieve {
public:
    Sieve(Database& database, SalvageReport& report) : database_(database), report_(report) {}

    void run() {
        database_.sql().exec("PRAGMA foreign_keys=ON");
        database_.transaction([&] {
            drop_rows("tuning", "job, kind, item", "SELECT job, kind, item, value, row_check FROM tuning",
                      [](SQLite::Statement& row) { return row_check(row.getColumn(3).getString()) == row.getColumn(4).getInt(); });
            drop_rows("sample", "point, stratum, trial", "SELECT point, stratum, trial, value, row_check FROM sample",
                      [](SQLite::Statement& row) {
                          const std::string value = row.getColumn(3).getString();
                          return sample_check(row.getColumn(0).getInt64(), row.getColumn(1).getInt(), row.getColumn(2).getInt(), value) ==
                                 row.getColumn(4).getInt();
                      });
            drop_listed("listed_trial", is_good_listed_trial);
            drop_listed("listed_outcome", is_good_listed_outcome);
            check_designs();
            database_.sql().exec(
                "DELETE FROM curve WHERE job NOT IN (SELECT id FROM job); DELETE FROM tuning WHERE job NOT IN (SELECT id FROM job); "
                "DELETE FROM audit WHERE job NOT IN (SELECT id FROM job); "
                "DELETE FROM listed_trial WHERE job NOT IN (SELECT id FROM job); "
                "DELETE FROM listed_outcome WHERE job NOT IN (SELECT id FROM job) OR "
                "(trial >= 0 AND (job, trial) NOT IN (SELECT job, trial FROM listed_trial))");
            for (const auto& [curve, info] : curves()) check_points(curve);
            database_.sql().exec(
                "DELETE FROM point WHERE curve NOT IN (SELECT id FROM curve); DELETE FROM trial WHERE point NOT IN (SELECT id FROM point); "
                "DELETE FROM design WHERE point NOT IN (SELECT id FROM point); DELETE FROM sample WHERE point NOT IN (SELECT point FROM "
                "design); "
                "UPDATE job SET model = NULL WHERE model NOT IN (SELECT id FROM source); "
                "UPDATE job SET images = NULL WHERE images NOT IN (SELECT id FROM source); "
                "UPDATE job SET tuning_images = NULL WHERE tuning_images NOT IN (SELECT id FROM source)");
        });
    }

    // Jobs that still cannot be read as a whole.
    void drop_unreadable_jobs(const std::string& path) {
        std::vector<std::int64_t> ids;
        SQLite::Statement rows(database_.sql(), "SELECT id FROM job");
        while (rows.executeStep()) ids.push_back(rows.getColumn(0).getInt64());
        rows.reset();
        for (const std::int64_t id : ids) {
            if (can_be_read(path, id)) continue;
            ++report_.damaged;
            database_.transaction([&] { database_.sql().exec("DELETE FROM job WHERE id = " + std::to_string(id)); });
        }
        database_.transaction([&] { database_.sql().exec("DELETE FROM trial WHERE point NOT IN (SELECT id FROM point)"); });
    }

private:
    static bool can_be_read(const std::string& path, JobId id) {
        try {
            const Study study = Study::open_to_read(path);
            const JobKind kind = study.job(id).settings.kind;
            if (kind->measures_curves())
                read_summary(study, id);
            else if (kind->is_listed())
                read_listed_results(study, id);
            else
                read_tuning(study, id);
            return true;
        } catch (const std::exception&) {
            return false;
        }
    }

    void drop_rows(const std::string& table, const std::string& key, const std::string& query,
                   const std::function<bool(SQLite::Statement&)>& is_good) {
        std::vector<std::array<std::string, 3>> bad;
        SQLite::Statement rows(database_.sql(), query);
        while (rows.executeStep())
            if (!is_good(rows))
                bad.push_back({rows.getColumn(0).getString(), rows.getColumn(1).getString(), rows.getColumn(2).getString()});
        SQLite::Statement drop(database_.sql(), "DELETE FROM " + table + " WHERE (" + key + ") = (CAST(? AS INTEGER), ?, ?)");
        for (const auto& one : bad) {
            for (int i = 0; i < 3; ++i) drop.bind(i + 1, one[std::size_t(i)]);
            report_.damaged += drop.exec();
            drop.reset();
        }
    }

    void drop_listed(const std::string& table, bool (*is_good)(SQLite::Statement&)) {
        std::vector<std::pair<std::int64_t, std::int64_t>> bad;
        SQLite::Statement rows(database_.sql(), "SELECT * FROM " + table);
        while (rows.executeStep())
            if (!is_good(rows)) bad.emplace_back(rows.getColumn(0).getInt64(), rows.getColumn(1).getInt64());
        rows.reset();
        for (const auto& [job, trial] : bad)
            report_.damaged += database_.sql().exec("DELETE FROM " + table + " WHERE job = " + std::to_string(job) +
                                                    " AND trial = " + std::to_string(trial));
    }

    // Of curves that are whole; the others are dropped.
    std::vector<std::pair<std::int64_t, CurveInfo>> curves() {
        std::vector<std::pair<std::int64_t, CurveInfo>> good;
        SQLite::Statement jobs(database_.sql(), "SELECT job, id FROM curve");
        std::vector<std::int64_t> bad;
        while (jobs.executeStep()) {
            const std::int64_t id = jobs.getColumn(1).getInt64();
            if (const auto info = read_curve(database_, jobs.getColumn(0).getInt64(), id))
                good.emplace_back(id, *info);
            else
                bad.push_back(id);
        }
        jobs.reset();
        for (const std::int64_t id : bad) report_.damaged += database_.sql().exec("DELETE FROM curve WHERE id = " + std::to_string(id));
        return good;
    }

    // Without its design a sample means nothing.
    void check_designs() {
        std::vector<std::int64_t> bad;
        SQLite::Statement rows(database_.sql(), "SELECT point, value, row_check FROM design");
        while (rows.executeStep())
            if (row_check(rows.getColumn(1).getString()) != rows.getColumn(2).getInt()) bad.push_back(rows.getColumn(0).getInt64());
        rows.reset();
        for (const std::int64_t point : bad)
            report_.damaged += database_.sql().exec("DELETE FROM design WHERE point = " + std::to_string(point));
    }

    void check_points(std::int64_t curve) {
        SQLite::Statement rows(database_.sql(), "SELECT id, rate, row_check FROM point WHERE curve = ?");
        rows.bind(1, curve);
        std::vector<std::int64_t> bad;
        while (rows.executeStep())
            if (point_check(curve, rows.getColumn(1).getDouble()) != rows.getColumn(2).getInt())
                bad.push_back(rows.getColumn(0).getInt64());
        rows.reset();
        for (const std::int64_t id : bad) report_.damaged += database_.sql().exec("DELETE FROM point WHERE id = " + std::to_string(id));
    }

    Database& database_;
    SalvageReport& report_;
};

std::int64_t count(Database& database, const std::string& table) {
    return database.sql().execAndGet("SELECT count(*) FROM " + table).getInt64();
}

SalvageReport save(const std::string& copy, const std::string& output) {
    SalvageReport report;
    Study::create(output);
    Database to(output, DatabaseAccess::write);
    {
        Database from(copy, DatabaseAccess::read);
        from.guarded([&] { Salvage(from, to, report).run(); });
    }
    to.guarded([&] {
        Sieve sieve(to, report);
        sieve.run();
        sieve.drop_unreadable_jobs(output);
        report.jobs = count(to, "job");
        report.trials = count(to, "trial") + count(to, "sample WHERE trial >= 0");  // whole trials are there in both
        report.trials += count(to, "listed_outcome WHERE trial >= 0");
        report.measurements = count(to, "tuning");
        if (count(to, "study") == 0) to.sql().exec("INSERT INTO study VALUES ('created_by', 'unknown')");
    });
    return report;
}

}  // namespace

bool looks_like_study(const std::string& path) {
    constexpr std::string_view magic("SQLite format 3", 16);  // with its zero
    constexpr std::size_t id_place = 68;                      // big endian, in the header of every SQLite database
    std::array<char, id_place + 4> head{};
    std::ifstream file(path, std::ios::binary);
    if (!file.read(head.data(), head.size()) || !std::string_view(head.data(), head.size()).starts_with(magic)) return false;
    std::uint32_t id = 0;
    for (std::size_t i = id_place; i < head.size(); ++i) id = id << 8 | std::uint8_t(head[i]);
    return id == std::uint32_t(application_id);
}

SalvageReport salvage_study(const std::string& path, const std::string& output) {
    std::error_code error;
    if (!fs::is_regular_file(path, error)) throw Error("There is no study '" + path + "': check its name.");
    if (fs::exists(output, error)) throw Error("'" + output + "' is there already: choose another name for what can be saved.");
    const Workshop workshop(path, output);
    SalvageReport report;
    try {
        report = save(workshop.copy(), workshop.saved());
    } catch (const StudyDamagedError&) {
        throw StudyDamagedError("Nothing can be saved from '" + path +
                                "': it is no study, or its first pages are destroyed; take a backup.");
    } catch (const StudyFullError&) {
        throw StudyFullError("There is no room at '" + output + "' for what can be saved: free some space, or choose another place.");
    }
    if (report.jobs == 0) throw StudyDamagedError("Nothing can be saved from '" + path + "': no job of it can be read; take a backup.");
    report.output = output;
    try {
        replace_file(workshop.saved(), output);
    } catch (const std::system_error& failure) {
        throw Error("What was saved cannot be put at '" + output + "' (" + failure.code().message() + "): choose another place.");
    }
    return report;
}

std::string SalvageReport::text() const {
    std::string text = "Saved to '" + output + "': " + std::to_string(jobs) + (jobs == 1 ? " job, " : " jobs, ") + std::to_string(trials) +
                       " trials, " + std::to_string(measurements) + " other measurements.";
    if (damaged > 0) text += " Left out because they are damaged: " + std::to_string(damaged) + " entries.";
    std::string names;
    for (const std::string& table : unread) names += (names.empty() ? "" : ", ") + table;
    if (!names.empty()) text += " Not all could be read of: " + names + ".";
    return text + " What is missing runs again when its job is resumed.";
}

}  // namespace clipscope
