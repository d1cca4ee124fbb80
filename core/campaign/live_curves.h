// The curves of a job that runs, with their points: what a job's events make of them, at a cost for each event that does not grow with the
// trials that are there. A value; one thread at a time.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "campaign/accuracy_curves.h"
#include "campaign/campaign_summary.h"
#include "campaign/comparison.h"
#include "campaign/events.h"
#include "campaign/point_statistics.h"
#include "campaign/sampled_tally.h"

namespace clipscope {

class ComparisonStatistics;

class LiveCurves {
public:
    LiveCurves();
    ~LiveCurves();
    LiveCurves(LiveCurves&&) noexcept;
    LiveCurves& operator=(LiveCurves&&) noexcept;

    // As apply() of campaign/events.h has it.
    void take(const Event& event);

    const AccuracyCurves& curves() const { return curves_; }
    // Exactly summary_of(curves()); only points that have changed since the last call are worked out anew.
    const CampaignSummary& summary();
    // Exactly compare_protections() of curves() under their rule.
    std::vector<ProtectionComparison> comparisons(AucAxis axis);

private:
    struct Point {
        PointStatistics statistics;
        std::optional<SampledTally> sampled{};  // where a precision was asked for
        CurvePoint known{};
        bool is_known = false;
    };
    void begin(const CampaignStarted& started);
    void take_trial(const TrialFinished& finished);
    void take_design(const PointDesigned& designed);
    void take_sample(const SampledTrialFinished& finished);

    AccuracyCurves curves_;
    std::vector<std::vector<Point>> points_;  // by curve and rate
    CampaignSummary summary_;
    bool is_summary_known_ = false;
    std::unique_ptr<ComparisonStatistics> comparison_;  // once it was asked for
};

}  // namespace clipscope
