// The rows of lists of faults as values. Only core/study includes this; all throw SQLite::Exception and StudyDamagedError.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "campaign/listed_outcome.h"
#include "study/database.h"
#include "study/study.h"

namespace clipscope {

struct ListedRow {
    std::int64_t trial = 0;  // place in the list
    ListedOutcome outcome;
};

// In a transaction.
void write_listed_rows(Database& database, JobId job, const std::vector<ListedRow>& rows);

// By place in the list.
std::map<std::int64_t, ListedOutcome> read_listed_outcomes(Database& database, JobId job);

// What the network makes of the images without faults, as it was when the job began; kept in a transaction.
std::optional<Outcome> read_listed_clean(Database& database, JobId job);
void write_listed_clean(Database& database, JobId job, const Outcome& clean);

// The trials of a list, for a copy of its job; in a transaction.
void copy_listed_trials(Database& database, JobId from, JobId to);

// Whether the row of the table, `SELECT *`, still holds what was written.
bool is_good_listed_trial(SQLite::Statement& row);
bool is_good_listed_outcome(SQLite::Statement& row);

}  // namespace clipscope
