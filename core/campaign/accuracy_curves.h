// Accuracy against fault rate: the result of a sensitivity or a comparison job, as plain values.
// Accuracies are fractions 0...1, rates are probabilities per stored bit.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "campaign/pilot_cells.h"
#include "campaign/sampled_point.h"
#include "campaign/self_check_counts.h"
#include "evaluation/computed_with.h"
#include "evaluation/outcome.h"
#include "network/memory_model.h"
#include "protection/protection.h"
#include "statistics/mean_interval.h"

namespace clipscope {

// "wrong", "argmax": as JSON, CSV and the command line spell it.
std::string to_string(NonfiniteRule rule);
NonfiniteRule nonfinite_rule_from_string(const std::string& text);  // throws UsageError

// What the points of a curve stand for.
enum class PointAxis { fault_rate, bit_position, fault_count };

// "fault_rate", "bit_position", "fault_count".
std::string to_string(PointAxis axis);
PointAxis point_axis_from_string(const std::string& text);  // throws UsageError

// What a whole campaign shares.
struct CampaignInfo {
    std::string model;        // file name or bundled name
    std::string data;         // data folder or bundled name, with the split
    std::int64_t images = 0;  // evaluation images
    std::int64_t classes = 0;
    std::uint64_t seed = 0;
    int trials = 0;                     // of all images, asked for at every rate
    std::optional<double> precision{};  // half-width of the 95 % interval that was asked for, a fraction
    MemoryModel memory;                 // that held the parameters
    NonfiniteRule nonfinite = NonfiniteRule::wrong;
    std::vector<double> rates;  // ascending; bit positions or numbers of faults where the axis says so
    PointAxis axis = PointAxis::fault_rate;
    ComputedWith computed_with{};
    std::vector<ComputedWith> computed_with_earlier{};  // part of the trials, where a job went on under other conditions
    std::map<Protection, ProtectionPrice> prices{};     // of a duel's contestants
};

// What one curve is about.
struct CurveInfo {
    std::string layer;  // "CONV-1", "network" or a joint scope, "CONV-1+FC-2"
    std::string path;   // "features.0"; for a joint scope the paths, joined by "+"; empty for the network
    std::int64_t bits = 0;  // where a fault can begin
    Protection protection = Protection::none;
    Outcome clean{};                       // of this very configuration, without faults
    std::optional<NumberFormat> format{};  // where the curves of one result differ in it; otherwise CampaignInfo::memory says it
};

// One trial at one rate.
struct TrialOutcome {
    std::int64_t faults = 0;  // faulty bits injected
    Outcome outcome;
};

// Statistics of one point over its trials (method.md, "Statistics"); fractions of the images.
struct CurvePoint {
    double rate = 0;  // or the bit position, or the number of faults
    int trials = 0;
    double faults_mean = 0;
    double mean = 0;
    double sd = 0;  // n - 1; 0 for a single trial
    double min = 0;
    double q1 = 0;
    double median = 0;
    double q3 = 0;
    double max = 0;
    double ci95_low = 0;  // of the mean, over faults alone: these images (statistics/mean_interval.h)
    double ci95_high = 0;
    std::optional<double> top5_mean;  // absent below 5 classes
    double sdc_mean = 0;
    double due_mean = 0;
    Interval ci95_images;  // of the mean accuracy, over faults and images: other images of the same kind
    std::optional<Interval> top5_ci95;
    Interval sdc_ci95;
    Interval due_ci95;
    // Where trials were drawn in strata: mean, intervals, faults and the means of top-5, SDC and DUE come from all trials, those on a part
    // of the images too, and `trials` counts them all; what is left comes from the whole trials alone, and says nothing where there are
    // none.
    std::optional<SampledPointStatistics> sampled{};

    bool has_whole_trials() const { return !sampled || sampled->whole_trials > 0; }
};

// A curve and all its trials so far. trials[rate index] maps the trial's number to its outcome, so trials may arrive in any order.
struct AccuracyCurve {
    CurveInfo info;
    std::vector<std::map<int, TrialOutcome>> trials;
    std::vector<SampledPoint> sampled{};  // by rate; none where no precision was asked for
};

// All curves of a job. Filled from events, live or from a file; a value, to be copied and drawn.
struct AccuracyCurves {
    CampaignInfo info;
    std::vector<AccuracyCurve> curves;
    BitPilot pilot{};                             // which bits are critical; without cells where that was not measured
    std::optional<SelfCheckCounts> self_check{};  // of all curves together; nothing where there was none
};

// Several results that differ in the number format as one: all curves in the order given, each with its format, over all rates that there
// are. The first result says the rest.
AccuracyCurves side_by_side(std::span<const AccuracyCurves> results);

// The format that a curve's numbers were stored in.
NumberFormat format_of(const CurveInfo& curve, const CampaignInfo& info);
// True where the curves differ in it.
bool has_formats(const AccuracyCurves& curves);

// Fraction of right answers under the rule.
double accuracy(const Outcome& outcome, NonfiniteRule rule);

// The right images under the rule.
std::int64_t right_images(const Outcome& outcome, NonfiniteRule rule);

// The statistics of a point's trials, in any order; at least one.
CurvePoint curve_point(double rate, std::span<const TrialOutcome> trials, const CurveInfo& curve, const CampaignInfo& info);

// Points that have at least one trial, in ascending order of rate. Rate 0 is one of them only if it was asked for.
std::vector<CurvePoint> curve_points(const AccuracyCurve& curve, const CampaignInfo& info);

}  // namespace clipscope
