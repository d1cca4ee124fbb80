// The statistics of one point of a curve, kept up to date trial by trial: the cost of one more trial, and of asking for the point, does not
// grow with the trials that are there. The same trials give the same point, bit for bit, in any order.
#pragma once

#include <cstdint>
#include <optional>

#include "campaign/accuracy_curves.h"
#include "statistics/mean_interval.h"

namespace clipscope {

inline constexpr std::int64_t top5_classes = 5;  // top-5 says something from this many classes on
std::int64_t top5_images(const Outcome& outcome, NonfiniteRule rule);

// What fractions of a curve's trials are counted in: its clean outcome's images, or the campaign's; at least 1.
std::int64_t images_of(const CurveInfo& curve, const CampaignInfo& info);
// A count of a trial's images in these units; rounded where the trial ran on other images than the rest.
std::int64_t in_units(std::int64_t count, std::int64_t images, std::int64_t unit);

// The probability that a trial of a curve at a rate has no faulty bit; nothing where the axis has no rates.
std::optional<double> fault_free_probability(double rate, const CurveInfo& curve, const CampaignInfo& info);

class PointStatistics {
public:
    PointStatistics(double rate, const CurveInfo& curve, const CampaignInfo& info);

    void add(const TrialOutcome& trial);
    void remove(const TrialOutcome& trial);  // that was added before

    std::int64_t trials() const { return accuracy_.count(); }
    CurvePoint point() const;  // all zero but for the rate without a trial

private:
    void change(const TrialOutcome& trial, bool is_added);
    std::optional<double> fault_free() const;

    double rate_;
    NonfiniteRule nonfinite_;
    PointAxis axis_;
    bool has_top5_;
    std::int64_t unit_;
    std::optional<double> fault_free_;
    RankedSample ranked_;
    TrialSample accuracy_;
    TrialSample top5_;
    TrialSample sdc_;
    TrialSample due_;
    std::int64_t faults_ = 0;
    std::int64_t faulty_trials_ = 0;
};

}  // namespace clipscope
