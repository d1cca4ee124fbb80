// Results that are not written yet, and how a transaction writes them. Only core/study includes this.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "campaign/events.h"
#include "study/database.h"
#include "study/listed_rows.h"
#include "study/study.h"
#include "study/tuning_rows.h"

namespace clipscope {

struct TrialRow {
    std::int64_t point = 0;
    int trial = 0;
    TrialOutcome outcome;
};

struct SampleRow {
    std::int64_t point = 0;
    int stratum = 0;
    int trial = 0;
    std::string value;  // JSON
};

// By layer: bits asked for and found changed, of all trials of the job up to those in the same batch.
using AuditTotals = std::map<std::string, LayerInjection>;

struct ResultBatch {
    std::vector<TrialRow> trials;
    std::vector<SampleRow> samples;
    std::vector<TuningRow> tuning;
    std::vector<ListedRow> listed;
    AuditTotals audit;  // only layers that changed

    bool empty() const { return trials.empty() && samples.empty() && tuning.empty() && listed.empty() && audit.empty(); }
    void append(ResultBatch&& later);
};

// In one transaction. Writing the same batch again changes nothing.
void write_batch(Database& database, JobId job, const ResultBatch& batch);
// The same in a transaction of the caller's.
void write_rows(Database& database, JobId job, const ResultBatch& batch);

AuditTotals read_audit_totals(Database& database, JobId job);

}  // namespace clipscope
