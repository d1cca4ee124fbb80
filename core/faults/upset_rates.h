// Between how often particles upset memory and the fault rate of a trial, and from a measured curve back to failures in time (method.md,
// "Upset rates"). Plain arithmetic, no measurement of its own.
//
// Units: FIT is one event in 10⁹ hours of operation; one Mbit is 2²⁰ bits.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "statistics/mean_interval.h"

namespace clipscope {

double upsets_per_bit_hour(double fit_per_mbit);
double fit_per_mbit(double upsets_per_bit_hour);

// The probability that a bit was upset in so many hours since it was last written, read and corrected, or loaded: the rate of a trial. A
// second upset of the same bit is not thought of.
double fault_rate_after(double upsets_per_bit_hour, double hours);

// A published range of upset rates. All are for unprotected memory; a part's own data sheet goes before them.
struct UpsetPreset {
    std::string_view name;  // "sram"
    std::string_view what;
    double low = 0;  // FIT per Mbit
    double high = 0;
    std::string_view source;  // with its year
};
std::span<const UpsetPreset> upset_presets();
const UpsetPreset& upset_preset(const std::string& name);  // throws UsageError

// A share of the answers with its 95 % interval, measured at a rate.
struct MeasuredShare {
    double rate = 0;
    double share = 0;
    Interval ci95;
};

// The share at a rate: between the measured points as straight lines over the rate, from nothing at rate 0; `points` ascend. Nothing beyond
// the last one is known: there it stays as it is, and `is_beyond` says so.
struct ShareAtRate {
    double share = 0;
    Interval ci95;
    bool is_beyond = false;
};
ShareAtRate share_at(std::span<const MeasuredShare> points, double rate);
// Its mean over the time since the memory was last clean, which is anything up to `hours` with equal probability.
ShareAtRate mean_share(std::span<const MeasuredShare> points, double upsets_per_bit_hour, double hours);

// Failures in time where a single upset makes a failure with this probability, as measured with exactly one fault in each trial.
struct FailuresInTime {
    double fit = 0;
    Interval ci95;
};
FailuresInTime failures_in_time(double upsets_per_bit_hour, double bits, double probability, const Interval& ci95);

// Targets of ISO 26262-5:2018 for random hardware failures: failures in time (PMHF), and the share of single faults that is safe or covered
// (SPFM).
struct SafetyLevel {
    std::string_view name;     // "ASIL D"
    double most_fit = 0;       // below
    double least_covered = 0;  // 0...1
};
std::span<const SafetyLevel> safety_levels();  // the strictest first

// What numbers made with these functions do not cover, in sentences.
std::string_view upsets_leave_out();

}  // namespace clipscope
