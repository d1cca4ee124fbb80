#include "campaign/live_curves.h"

#include "campaign/comparison_statistics.h"

namespace clipscope {

LiveCurves::LiveCurves() = default;
LiveCurves::~LiveCurves() = default;
LiveCurves::LiveCurves(LiveCurves&&) noexcept = default;
LiveCurves& LiveCurves::operator=(LiveCurves&&) noexcept = default;

void LiveCurves::take(const Event& event) {
    if (const auto* started = std::get_if<CampaignStarted>(&event)) return begin(*started);
    if (const auto* finished = std::get_if<TrialFinished>(&event)) take_trial(*finished);
    if (std::holds_alternative<BitsPiloted>(event)) {
        apply(event, curves_);
        is_summary_known_ = false;
    }
    if (const auto* designed = std::get_if<PointDesigned>(&event)) take_sample(event, designed->curve, designed->rate_index);
    if (const auto* finished = std::get_if<SampledTrialFinished>(&event)) take_sample(event, finished->curve, finished->rate_index);
}

void LiveCurves::take_sample(const Event& event, int curve, int rate_index) {
    apply(event, curves_);
    points_.at(std::size_t(curve)).at(std::size_t(rate_index)).is_known = false;
    is_summary_known_ = false;
}

void LiveCurves::begin(const CampaignStarted& started) {
    apply(started, curves_);
    points_.clear();
    comparison_.reset();
    is_summary_known_ = false;
    for (const CurveInfo& curve : started.curves) {
        std::vector<Point>& points = points_.emplace_back();
        for (const double rate : started.info.rates) points.push_back({PointStatistics(rate, curve, started.info)});
    }
}

void LiveCurves::take_trial(const TrialFinished& finished) {
    const auto curve = std::size_t(finished.curve);
    const auto rate = std::size_t(finished.rate_index);
    Point& point = points_.at(curve).at(rate);
    const auto& trials = curves_.curves[curve].trials[rate];
    if (const auto replaced = trials.find(finished.trial); replaced != trials.end()) {
        point.statistics.remove(replaced->second);
        if (comparison_) comparison_->remove(curves_, curve, rate, finished.trial);
    }
    apply(finished, curves_);
    point.statistics.add(finished.result);
    point.is_known = false;
    is_summary_known_ = false;
    if (comparison_) comparison_->add(curves_, curve, rate, finished.trial);
}

const CampaignSummary& LiveCurves::summary() {
    if (is_summary_known_) return summary_;
    summary_.info = curves_.info;
    summary_.pilot = curves_.pilot;
    summary_.curves.clear();
    for (std::size_t curve = 0; curve < points_.size(); ++curve) {
        CurveSummary& of_curve = summary_.curves.emplace_back();
        of_curve.info = curves_.curves[curve].info;
        const std::vector<SampledPoint>& sampled = curves_.curves[curve].sampled;
        for (std::size_t rate = 0; rate < points_[curve].size(); ++rate) {
            Point& point = points_[curve][rate];
            const bool is_sampled = rate < sampled.size() && !sampled[rate].empty();
            if (point.statistics.trials() == 0 && !is_sampled) continue;
            if (!point.is_known) {
                point.known = point.statistics.point();
                if (is_sampled) add_samples(sampled[rate], of_curve.info, curves_.info, point.known);
            }
            point.is_known = true;
            of_curve.points.push_back(point.known);
        }
    }
    is_summary_known_ = true;
    return summary_;
}

std::vector<ProtectionComparison> LiveCurves::comparisons(AucAxis axis) {
    if (curves_.info.precision) return compare_protections(curves_, curves_.info.nonfinite, axis);
    if (!comparison_ || comparison_->axis() != axis) comparison_ = std::make_unique<ComparisonStatistics>(curves_, axis);
    return comparison_->comparisons(curves_.info.nonfinite);
}

}  // namespace clipscope
