#include "study/result_batch.h"

#include <iterator>

#include "study/result_rows.h"

namespace clipscope {
namespace {

void write_trials(Database& database, const std::vector<TrialRow>& trials) {
    SQLite::Statement insert(database.sql(), "INSERT OR REPLACE INTO trial VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    for (const TrialRow& row : trials) {
        const Outcome& outcome = row.outcome.outcome;
        int column = 0;
        for (const std::int64_t number : {row.point, std::int64_t(row.trial), row.outcome.faults, std::int64_t(outcome.correct),
                                          std::int64_t(outcome.correct_argmax - outcome.correct), std::int64_t(outcome.top5),
                                          std::int64_t(outcome.top5_argmax - outcome.top5), std::int64_t(outcome.due),
                                          std::int64_t(outcome.sdc), std::int64_t(trial_check(row.point, row.trial, row.outcome))})
            insert.bind(++column, number);
        insert.exec();
        insert.reset();
    }
}

void write_samples(Database& database, const std::vector<SampleRow>& samples) {
    if (samples.empty()) return;
    SQLite::Statement insert(database.sql(), "INSERT OR REPLACE INTO sample VALUES (?, ?, ?, ?, ?)");
    for (const SampleRow& row : samples) {
        insert.bind(1, row.point);
        insert.bind(2, row.stratum);
        insert.bind(3, row.trial);
        insert.bind(4, row.value);
        insert.bind(5, sample_check(row.point, row.stratum, row.trial, row.value));
        insert.exec();
        insert.reset();
    }
}

// A measurement that is repeated keeps its place in the order.
void write_tuning(Database& database, JobId job, const std::vector<TuningRow>& tuning) {
    SQLite::Statement insert(database.sql(),
                             "INSERT INTO tuning (job, kind, item, sequence, value, row_check) VALUES (?1, ?2, ?3, "
                             "(SELECT coalesce(max(sequence), 0) + 1 FROM tuning WHERE job = ?1), ?4, ?5) "
                             "ON CONFLICT DO UPDATE SET value = excluded.value, row_check = excluded.row_check");
    for (const TuningRow& row : tuning) {
        insert.bind(1, job);
        insert.bind(2, row.kind);
        insert.bind(3, row.item);
        insert.bind(4, row.value);
        insert.bind(5, row_check(row.value));
        insert.exec();
        insert.reset();
    }
}

void write_audit(Database& database, JobId job, const AuditTotals& audit) {
    SQLite::Statement insert(database.sql(), "INSERT OR REPLACE INTO audit VALUES (?, ?, ?, ?, ?)");
    for (const auto& [layer, counts] : audit) {
        for (std::size_t bit = 0; bit < LayerInjection::bit_positions; ++bit) {
            if (counts.asked[bit] == 0 && counts.changed[bit] == 0) continue;
            insert.bind(1, job);
            insert.bind(2, layer);
            insert.bind(3, std::int64_t(bit));
            insert.bind(4, counts.asked[bit]);
            insert.bind(5, counts.changed[bit]);
            insert.exec();
            insert.reset();
        }
    }
}

}  // namespace

void ResultBatch::append(ResultBatch&& later) {
    trials.insert(trials.end(), later.trials.begin(), later.trials.end());
    samples.insert(samples.end(), std::make_move_iterator(later.samples.begin()), std::make_move_iterator(later.samples.end()));
    tuning.insert(tuning.end(), std::make_move_iterator(later.tuning.begin()), std::make_move_iterator(later.tuning.end()));
    listed.insert(listed.end(), later.listed.begin(), later.listed.end());
    for (auto& [layer, counts] : later.audit) audit.insert_or_assign(layer, counts);
}

void write_batch(Database& database, JobId job, const ResultBatch& batch) {
    database.transaction([&] { write_rows(database, job, batch); });
}

void write_rows(Database& database, JobId job, const ResultBatch& batch) {
    write_trials(database, batch.trials);
    write_samples(database, batch.samples);
    write_tuning(database, job, batch.tuning);
    write_listed_rows(database, job, batch.listed);
    write_audit(database, job, batch.audit);
}

AuditTotals read_audit_totals(Database& database, JobId job) {
    return database.guarded([&] {
        AuditTotals totals;
        SQLite::Statement rows(database.sql(), "SELECT layer, bit, asked, changed FROM audit WHERE job = ?");
        rows.bind(1, job);
        while (rows.executeStep()) {
            const auto bit = std::size_t(rows.getColumn(1).getInt64());
            if (bit >= LayerInjection::bit_positions) continue;
            LayerInjection& counts = totals[rows.getColumn(0).getString()];
            counts.asked[bit] = rows.getColumn(2).getInt64();
            counts.changed[bit] = rows.getColumn(3).getInt64();
        }
        return totals;
    });
}

}  // namespace clipscope
