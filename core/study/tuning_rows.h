// Events of a profile, a sweep or a hardening as rows of a table and back: each row holds a fragment of the JSON that
// results/tuning_json.h writes, so that a study keeps exactly what a result's file keeps. Only core/study includes this.
#pragma once

#include <optional>
#include <string>

#include "campaign/events.h"

namespace clipscope {

struct TuningRow {
    std::string kind;   // "activations", "hardened", ...
    std::string item;   // which of its kind: the same measurement again has the same
    std::string value;  // JSON
};

// Nothing for an event that is no result of such a job. `info` is that of the job's TuningStarted.
std::optional<TuningRow> tuning_row(const TuningInfo& info, const Event& event);

// Reads rows of one job; the row of TuningStarted comes first.
class TuningRowReader {
public:
    explicit TuningRowReader(std::string file);  // named in errors
    // Throws StudyDamagedError.
    Event event(const TuningRow& row);

private:
    TuningResult parse(const std::string& list, const std::string& element) const;

    std::string file_;
    std::string info_;  // JSON of a result without results
};

}  // namespace clipscope
