#include "study/listed_rows.h"

#include <array>
#include <bit>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>

#include "common/error.h"
#include "common/number_text.h"
#include "study/listed_trials.h"
#include "study/result_rows.h"
#include "study/study_contents.h"
#include "study/study_errors.h"

namespace clipscope {
namespace {

constexpr std::int64_t clean_trial = -1;  // in the table of outcomes: the network without faults
constexpr std::size_t outcome_counts = 11;

int trial_check(std::int64_t trial, const std::string& name, std::int64_t line, const std::string& bits) {
    return row_check(std::to_string(trial) + "\n" + name + "\n" + std::to_string(line) + "\n" + bits);
}

// As SQLite keeps it: NaN is NULL there, and -0 is 0.
std::int64_t check_number(double value) {
    if (value != value) return 0;
    return std::bit_cast<std::int64_t>(value == 0 ? 0.0 : value);
}

std::int64_t bits_of(float value) {
    return std::bit_cast<std::uint32_t>(value);
}

std::array<std::int64_t, outcome_counts> counts_of(const ListedOutcome& listed) {
    const Outcome& outcome = listed.outcome;
    return {listed.faults,
            outcome.images,
            listed.unchanged,
            listed.same_answer,
            listed.other_answer,
            outcome.correct,
            outcome.correct_argmax - outcome.correct,
            outcome.top5,
            outcome.top5_argmax - outcome.top5,
            outcome.due,
            outcome.sdc};
}

int outcome_check(JobId job, std::int64_t trial, const ListedOutcome& listed) {
    std::array<std::int64_t, outcome_counts + 4> numbers{job, trial};
    const auto counts = counts_of(listed);
    std::copy(counts.begin(), counts.end(), numbers.begin() + 2);
    numbers[outcome_counts + 2] = listed.before ? bits_of(*listed.before) : 0;
    numbers[outcome_counts + 3] = listed.after ? bits_of(*listed.after) : 0;
    return row_check(numbers);
}

// Whether the number for people is the one that the bits say.
bool is_same_value(const SQLite::Column& shown, const std::optional<float>& value) {
    if (!value) return shown.isNull();
    return check_number(shown.isNull() ? std::numeric_limits<double>::quiet_NaN() : shown.getDouble()) ==
           check_number(short_double(*value));
}

// Columns from `first` on: the counts, before, after, and these two as bits.
ListedOutcome outcome_of(SQLite::Statement& row, int first) {
    const auto count = [&](int i) { return row.getColumn(first + i).getInt64(); };
    ListedOutcome listed{.faults = count(0), .unchanged = count(2), .same_answer = count(3), .other_answer = count(4), .outcome = {}};
    const auto images = [&](int i) { return std::int32_t(count(i)); };
    listed.outcome = {.images = images(1),
                      .correct = images(5),
                      .correct_argmax = images(5) + images(6),
                      .top5 = images(7),
                      .top5_argmax = images(7) + images(8),
                      .due = images(9),
                      .sdc = images(10)};
    const auto value = [&](int i) {
        return row.getColumn(first + i).isNull() ? std::nullopt : std::optional(std::bit_cast<float>(std::uint32_t(count(i))));
    };
    listed.before = value(int(outcome_counts) + 2);
    listed.after = value(int(outcome_counts) + 3);
    return listed;
}

void insert_outcome(SQLite::Statement& insert, JobId job, std::int64_t trial, const ListedOutcome& listed) {
    int column = 0;
    insert.bind(++column, job);
    insert.bind(++column, trial);
    for (const std::int64_t count : counts_of(listed)) insert.bind(++column, count);
    for (const auto& value : {listed.before, listed.after}) {
        if (value)
            insert.bind(++column, short_double(*value));
        else
            insert.bind(++column);
    }
    for (const auto& value : {listed.before, listed.after}) {
        if (value)
            insert.bind(++column, bits_of(*value));
        else
            insert.bind(++column);
    }
    insert.bind(++column, outcome_check(job, trial, listed));
    insert.exec();
    insert.reset();
}

constexpr const char* insert_outcomes =
    "INSERT OR REPLACE INTO listed_outcome VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

// Studies of older versions that are open to be read have no such tables.
bool has_lists(Database& database) {
    return database.sql().tableExists("listed_trial") && database.sql().tableExists("listed_outcome");
}

struct StoredTrial {
    std::string name;
    std::size_t line = 0;
    std::vector<ListedBit> bits;
};

std::map<std::int64_t, StoredTrial> read_stored_trials(Database& database, JobId job) {
    std::map<std::int64_t, StoredTrial> trials;
    if (!has_lists(database)) return trials;
    SQLite::Statement rows(database.sql(), "SELECT * FROM listed_trial WHERE job = ? ORDER BY trial");
    rows.bind(1, job);
    while (rows.executeStep()) {
        const std::int64_t number = rows.getColumn(1).getInt64();
        const std::string what = "trial " + std::to_string(number) + " of a list of faults";
        if (!is_good_listed_trial(rows)) throw_damaged_row(database.path(), what);
        StoredTrial& trial = trials[number];
        trial.name = rows.getColumn(2).getString();
        trial.line = std::size_t(rows.getColumn(3).getInt64());
        try {
            for (const auto& bit : nlohmann::json::parse(rows.getColumn(4).getString()))
                trial.bits.push_back(
                    {bit.at(0).get<std::string>(), bit.at(1).get<std::string>(), bit.at(2).get<std::uint64_t>(), bit.at(3).get<int>()});
        } catch (const nlohmann::json::exception&) {
            throw_damaged_row(database.path(), what);
        }
    }
    return trials;
}

std::string bits_json(const ListedTrial& trial, const std::vector<LayerInfo>& parts) {
    nlohmann::json bits = nlohmann::json::array();
    for (const ListedBit& bit : listed_bits(trial, parts)) bits.push_back({bit.layer, bit.parameter, bit.element, bit.bit});
    return bits.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

// Parameters by path, as they are stored first.
std::map<std::string, ParameterPlace> places_of(const std::vector<LayerInfo>& parts) {
    std::map<std::string, ParameterPlace> places;
    for (std::size_t part = 0; part < parts.size(); ++part)
        for (std::size_t parameter = 0; parts[part].is_stored && parameter < parts[part].parameters.size(); ++parameter)
            places.try_emplace(parts[part].parameters[parameter].path, part, parameter);
    return places;
}

}  // namespace

bool is_good_listed_trial(SQLite::Statement& row) {
    return trial_check(row.getColumn(1).getInt64(), row.getColumn(2).getString(), row.getColumn(3).getInt64(),
                       row.getColumn(4).getString()) == row.getColumn(5).getInt();
}

bool is_good_listed_outcome(SQLite::Statement& row) {
    const ListedOutcome listed = outcome_of(row, 2);
    const int before = int(outcome_counts) + 2;
    return outcome_check(row.getColumn(0).getInt64(), row.getColumn(1).getInt64(), listed) == row.getColumn(before + 4).getInt() &&
           is_same_value(row.getColumn(before), listed.before) && is_same_value(row.getColumn(before + 1), listed.after);
}

void write_listed_rows(Database& database, JobId job, const std::vector<ListedRow>& rows) {
    if (rows.empty()) return;
    SQLite::Statement insert(database.sql(), insert_outcomes);
    for (const ListedRow& row : rows) insert_outcome(insert, job, row.trial, row.outcome);
}

std::map<std::int64_t, ListedOutcome> read_listed_outcomes(Database& database, JobId job) {
    std::map<std::int64_t, ListedOutcome> outcomes;
    if (!has_lists(database)) return outcomes;
    SQLite::Statement rows(database.sql(), "SELECT * FROM listed_outcome WHERE job = ? AND trial >= 0 ORDER BY trial");
    rows.bind(1, job);
    while (rows.executeStep()) {
        const std::int64_t trial = rows.getColumn(1).getInt64();
        if (!is_good_listed_outcome(rows)) throw_damaged_row(database.path(), "outcome of trial " + std::to_string(trial) + " of a list");
        outcomes.emplace_hint(outcomes.end(), trial, outcome_of(rows, 2));
    }
    return outcomes;
}

std::optional<Outcome> read_listed_clean(Database& database, JobId job) {
    SQLite::Statement row(database.sql(), "SELECT * FROM listed_outcome WHERE job = ? AND trial = ?");
    row.bind(1, job);
    row.bind(2, clean_trial);
    if (!row.executeStep()) return std::nullopt;
    if (!is_good_listed_outcome(row)) throw_damaged_row(database.path(), "clean outcome of a list");
    return outcome_of(row, 2).outcome;
}

void write_listed_clean(Database& database, JobId job, const Outcome& clean) {
    SQLite::Statement insert(database.sql(), insert_outcomes);
    insert_outcome(insert, job, clean_trial, {.unchanged = clean.images, .outcome = clean});
}

void copy_listed_trials(Database& database, JobId from, JobId to) {
    if (!has_lists(database)) return;
    SQLite::Statement copy(
        database.sql(), "INSERT OR IGNORE INTO listed_trial SELECT ?, trial, name, line, bits, row_check FROM listed_trial WHERE job = ?");
    copy.bind(1, to);
    copy.bind(2, from);
    copy.exec();
}

void keep_listed_trials(Study& study, JobId job, std::span<const ListedTrial> trials, const std::vector<LayerInfo>& parts) {
    Database& database = study.database();
    database.transaction([&] {
        SQLite::Statement count(database.sql(), "SELECT count(*) FROM listed_trial WHERE job = ?");
        count.bind(1, job);
        count.executeStep();
        if (count.getColumn(0).getInt64() == std::int64_t(trials.size())) return;
        SQLite::Statement insert(database.sql(), "INSERT OR REPLACE INTO listed_trial VALUES (?, ?, ?, ?, ?, ?)");
        for (std::size_t i = 0; i < trials.size(); ++i) {
            const std::string bits = bits_json(trials[i], parts);
            insert.bind(1, job);
            insert.bind(2, std::int64_t(i));
            insert.bind(3, trials[i].name);
            insert.bind(4, std::int64_t(trials[i].line));
            insert.bind(5, bits);
            insert.bind(6, trial_check(std::int64_t(i), trials[i].name, std::int64_t(trials[i].line), bits));
            insert.exec();
            insert.reset();
        }
    });
}

std::vector<ListedTrial> read_listed_trials(const Study& study, JobId job, const std::vector<LayerInfo>& parts) {
    const std::int64_t wanted = study.job(job).settings.list.trials;
    const auto stored = study.database().guarded([&] { return read_stored_trials(study.database(), job); });
    if (std::int64_t(stored.size()) != wanted || stored.empty() || stored.rbegin()->first != wanted - 1 || stored.begin()->first != 0)
        throw StudyDamagedError("The study '" + study.path() + "' lacks a part of the list of faults of job " + std::to_string(job) +
                                ": run the list again with 'clipscope-cli faults LIST --study', which puts it in again.");
    const std::map<std::string, ParameterPlace> places = places_of(parts);
    std::vector<ListedTrial> trials;
    for (const auto& [number, one] : stored) {
        ListedTrial& trial = trials.emplace_back(ListedTrial{one.name, one.line, {}});
        for (const ListedBit& bit : one.bits) {
            if (const auto output = find_listed_output(bit.parameter, parts); output && bit.bit >= 0 && bit.bit < int(listed_word_bits)) {
                trial.outputs[*output].push_back(bit.element * listed_word_bits + std::uint64_t(bit.bit));
                continue;
            }
            const auto place = places.find(bit.parameter);
            const ParameterInfo* info = place == places.end() ? nullptr : &parts[place->second.first].parameters[place->second.second];
            if (info == nullptr || bit.element >= std::uint64_t(info->elements) || bit.bit < 0 || bit.bit >= info->word_bits)
                throw Error("Trial " + one.name + " of the list of faults names a bit that the network does not store, " + bit.parameter +
                            ":" + std::to_string(bit.element) + ":" + std::to_string(bit.bit) +
                            ": run the list with the network and the number format that it was made for.");
            trial.bits[place->second].push_back(bit.element * std::uint64_t(info->word_bits) + std::uint64_t(bit.bit));
        }
    }
    return trials;
}

std::vector<ListedResult> read_listed_results(const Study& study, JobId job) {
    return study.database().guarded([&] {
        const auto stored = read_stored_trials(study.database(), job);
        std::vector<ListedResult> results;
        for (const auto& [number, outcome] : read_listed_outcomes(study.database(), job)) {
            const auto trial = stored.find(number);
            if (trial == stored.end()) throw_damaged_row(study.path(), "trial " + std::to_string(number) + " of a list of faults");
            results.push_back({trial->second.name, trial->second.line, trial->second.bits, outcome});
        }
        return results;
    });
}

std::int64_t count_listed_results(const Study& study, JobId job) {
    Database& database = study.database();
    return database.guarded([&]() -> std::int64_t {
        if (!has_lists(database)) return 0;
        SQLite::Statement count(database.sql(), "SELECT count(*) FROM listed_outcome WHERE job = ? AND trial >= 0");
        count.bind(1, job);
        count.executeStep();
        return count.getColumn(0).getInt64();
    });
}

}  // namespace clipscope
