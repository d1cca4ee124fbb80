#include "campaign/point_statistics.h"

#include <algorithm>
#include <cmath>

namespace clipscope {

std::int64_t top5_images(const Outcome& outcome, NonfiniteRule rule) {
    return rule == NonfiniteRule::argmax ? outcome.top5_argmax : outcome.top5;
}

std::int64_t images_of(const CurveInfo& curve, const CampaignInfo& info) {
    return std::max<std::int64_t>(curve.clean.images > 0 ? curve.clean.images : info.images, 1);
}

std::int64_t in_units(std::int64_t count, std::int64_t images, std::int64_t unit) {
    if (images == unit || images <= 0) return count;
    return std::llround(double(count) * double(unit) / double(images));
}

std::optional<double> fault_free_probability(double rate, const CurveInfo& curve, const CampaignInfo& info) {
    if (info.axis == PointAxis::bit_position || curve.clean.images <= 0) return std::nullopt;
    if (info.axis == PointAxis::fault_count) return rate > 0 ? 0 : 1;
    return fault_free_probability(rate, curve.bits);
}

PointStatistics::PointStatistics(double rate, const CurveInfo& curve, const CampaignInfo& info)
    : rate_(rate),
      nonfinite_(info.nonfinite),
      axis_(info.axis),
      has_top5_(info.classes >= top5_classes),
      unit_(images_of(curve, info)),
      fault_free_(fault_free_probability(rate, curve, info)),
      ranked_(0, unit_, unit_),
      accuracy_(0, unit_, unit_, right_images(curve.clean, info.nonfinite)),
      top5_(0, unit_, unit_, top5_images(curve.clean, info.nonfinite)),
      sdc_(0, unit_, unit_, curve.clean.sdc),
      due_(0, unit_, unit_, curve.clean.due) {}

void PointStatistics::add(const TrialOutcome& trial) {
    change(trial, true);
}

void PointStatistics::remove(const TrialOutcome& trial) {
    change(trial, false);
}

void PointStatistics::change(const TrialOutcome& trial, bool is_added) {
    const Outcome& outcome = trial.outcome;
    const bool is_fault_free = trial.faults == 0;
    const auto units = [&](std::int64_t count) { return in_units(count, outcome.images, unit_); };
    const auto change_one = [&](TrialSample& sample, std::int64_t value) {
        is_added ? sample.add(value, is_fault_free) : sample.remove(value, is_fault_free);
    };
    const std::int64_t right = units(right_images(outcome, nonfinite_));
    is_added ? ranked_.add(right) : ranked_.remove(right);
    change_one(accuracy_, right);
    change_one(top5_, units(top5_images(outcome, nonfinite_)));
    change_one(sdc_, units(outcome.sdc));
    change_one(due_, units(outcome.due));
    faults_ += is_added ? trial.faults : -trial.faults;
    faulty_trials_ += (is_added ? 1 : -1) * std::int64_t(!is_fault_free);
}

// With exactly one faulty bit a trial is without faults only where no number has that bit, and then all are.
std::optional<double> PointStatistics::fault_free() const {
    return axis_ == PointAxis::bit_position ? std::optional(faulty_trials_ == 0 ? 1.0 : 0.0) : fault_free_;
}

CurvePoint PointStatistics::point() const {
    CurvePoint point;
    point.rate = rate_;
    point.trials = int(trials());
    if (point.trials == 0) return point;
    point.faults_mean = double(faults_) / double(trials());
    point.mean = ranked_.mean();
    point.sd = ranked_.sd();
    point.min = ranked_.min();
    point.q1 = ranked_.quantile(0.25);
    point.median = ranked_.quantile(0.5);
    point.q3 = ranked_.quantile(0.75);
    point.max = ranked_.max();
    const Interval over_faults = accuracy_.interval(fault_free());
    point.ci95_low = over_faults.low;
    point.ci95_high = over_faults.high;
    point.ci95_images = with_image_sampling(over_faults, ranked_);
    if (has_top5_) {
        point.top5_mean = top5_.all().mean();
        point.top5_ci95 = top5_.interval(fault_free());
    }
    point.sdc_mean = sdc_.all().mean();
    point.sdc_ci95 = sdc_.interval(fault_free());
    point.due_mean = due_.all().mean();
    point.due_ci95 = due_.interval(fault_free());
    return point;
}

}  // namespace clipscope
