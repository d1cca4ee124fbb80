// The rows of curves and trials as values. Only core/study includes this; all throw SQLite::Exception and StudyDamagedError.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "campaign/accuracy_curves.h"
#include "study/database.h"
#include "study/study.h"

namespace clipscope {

struct StoredPoint {
    std::int64_t id = 0;
    double rate = 0;
};

struct StoredCurve {
    std::int64_t id = 0;
    CurveInfo info;
    std::vector<StoredPoint> points;  // ascending by rate
};

std::string campaign_json(const CampaignInfo& info);
// Its rates are those of all points there are.
CampaignInfo read_campaign(Database& database, JobId job);

std::vector<StoredCurve> read_stored_curves(Database& database, JobId job);
// Nothing where the row is damaged.
std::optional<CurveInfo> read_curve(Database& database, JobId job, std::int64_t curve);
std::string clean_json(const Outcome& clean);
int curve_check(JobId job, const CurveInfo& info);
// A new row of a curve, for bind_curve().
inline constexpr const char* insert_curve_sql =
    "INSERT INTO curve (job, place, layer, path, bits, protection, clean, row_check) VALUES (?, ?, ?, ?, ?, ?, ?, ?)";
void bind_curve(SQLite::Statement& insert, JobId job, std::size_t place, const CurveInfo& info);
int point_check(std::int64_t curve, double rate);

// What a trial's row_check is made of, in the order of the columns.
int trial_check(std::int64_t point, int trial, const TrialOutcome& outcome);

// Reads the trials of one point after another.
class TrialRows {
public:
    explicit TrialRows(Database& database);

    // Ascending by number. `images` is that of the curve's clean outcome.
    template <class Function>
    void read(std::int64_t point, std::int32_t images, Function&& function) {
        for (rows_.bind(1, point); rows_.next();) {
            const int number = int(rows_.integer(0));
            function(number, outcome(point, number, images));
        }
        rows_.reset();
    }

private:
    TrialOutcome outcome(std::int64_t point, int number, std::int32_t images) const;

    Database& database_;
    Rows rows_;
};

// The design and the sampled trials of a point; nothing where it has none.
std::optional<SampledPoint> read_sampled_point(Database& database, std::int64_t point);
int sample_check(std::int64_t point, int stratum, int trial, const std::string& value);

[[noreturn]] void throw_damaged_row(const std::string& path, const std::string& row);

}  // namespace clipscope
