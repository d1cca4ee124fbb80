// What a measured curve means in time, at a rate of upsets: failures in time where it was measured with exactly one fault in each trial,
// shares of wrong answers where it was measured over fault rates (method.md, "Upset rates"). Pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "campaign/accuracy_curves.h"
#include "faults/upset_rates.h"

namespace clipscope {

struct CurveInTime {
    std::string curve;  // "CONV-1", "network (clip)"
    std::int64_t bits = 0;
    double raw_fit = 0;  // upsets of these bits in 10⁹ hours
    // Measured with exactly one fault: failures in 10⁹ hours, silent (SDC) and detectable (DUE).
    std::optional<FailuresInTime> sdc{}, due{};
    double covered = 0;  // of single faults that are no SDC: 0...1
    // Measured over rates: shares of the answers, at the end of the time without a scrub and on average over it.
    std::optional<ShareAtRate> sdc_at_end{}, sdc_mean{}, due_mean{};
};

// `points`: of the curve, ascending, as curve_points() gives them. `hours`: between two moments at which the memory is clean.
CurveInTime curve_in_time(const CurveInfo& curve, const CampaignInfo& info, std::span<const CurvePoint> points, double upsets_per_bit_hour,
                          double hours);

// Whether an upset of what the curve is about stays until the memory is written again: not of computed values, which are there for one
// inference.
bool lasts_in_memory(const CurveInfo& curve);

// Why a result says nothing in time, as a sentence that begins with its name's verb ("is over bit positions: …"); empty: it does.
std::string no_time_in(const CampaignInfo& info);

// A curve's share of the answers at every measured rate.
enum class FailureKind { sdc, due };
std::vector<MeasuredShare> measured_shares(std::span<const CurvePoint> points, FailureKind kind);
// Of a curve over numbers of faults, the point with exactly one; nullptr: there is none.
const CurvePoint* single_fault_point(std::span<const CurvePoint> points);

// "ASIL C, ASIL B": the levels whose budget (PMHF) and coverage (SPFM) these keep within; "none".
std::string levels_within(double fit, double covered);

}  // namespace clipscope
