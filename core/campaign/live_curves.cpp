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
    if (const auto* designed = std::get_if<PointDesigned>(&event)) take_design(*designed);
    if (const auto* finished = std::get_if<SampledTrialFinished>(&event)) take_sample(*finished);
}

void LiveCurves::take_design(const PointDesigned& designed) {
    apply(designed, curves_);
    Point& point = points_.at(std::size_t(designed.curve)).at(std::size_t(designed.rate_index));
    point.sampled.emplace(designed.design, curves_.curves[std::size_t(designed.curve)].info, curves_.info.nonfinite);
    point.is_known = is_summary_known_ = false;
}

void LiveCurves::take_sample(const SampledTrialFinished& finished) {
    const SampledPoint& trials = curves_.curves.at(std::size_t(finished.curve)).sampled.at(std::size_t(finished.rate_index));
    const bool is_new = !trials.trials.at(std::size_t(finished.stratum)).contains(finished.trial);
    apply(finished, curves_);
    if (!is_new) return;  // the same trial gives the same outcome
    Point& point = points_.at(std::size_t(finished.curve)).at(std::size_t(finished.rate_index));
    point.sampled->add(std::size_t(finished.stratum), finished.trial, finished.result);
    point.is_known = is_summary_known_ = false;
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
        for (Point& point : points_[curve]) {
            const bool is_sampled = point.sampled && !point.sampled->empty();
            if (point.statistics.trials() == 0 && !is_sampled) continue;
            if (!point.is_known) {
                point.known = point.statistics.point();
                if (is_sampled) point.sampled->add_to(point.known, curves_.info.classes);
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
