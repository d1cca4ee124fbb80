// How long the rest of a campaign's trials takes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "campaign/curve_campaign.h"

namespace clipscope {

// Where a fault can begin: check bits are memory too.
std::int64_t bits_of_curve(const CampaignCurve& curve, const std::vector<LayerInfo>& parts);

// A trial in which no bit is faulty takes next to nothing, so trials count by how probably they have a fault.
class TimeLeft {
public:
    TimeLeft(std::span<const CampaignCurve> curves, const CampaignSettings& settings, const std::vector<LayerInfo>& parts);

    // A trial that need not run, and one that has.
    void skip(std::size_t curve, std::size_t rate) { left_ -= cost(curve, rate); }
    void finish(std::size_t curve, std::size_t rate) {
        left_ -= cost(curve, rate);
        done_ += cost(curve, rate);
    }

    // Negative while nothing can be said: less than a whole trial with faults is done.
    double seconds(double elapsed) const;

private:
    double cost(std::size_t curve, std::size_t rate) const { return costs_[curve * rates_ + rate]; }

    std::size_t rates_;
    std::vector<double> costs_;
    double left_ = 0;
    double done_ = 0;
};

}  // namespace clipscope
