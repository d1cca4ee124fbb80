// Curves with faults in the same parts of the memory share faults, images and all that decides about them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <stop_token>
#include <vector>

#include "campaign/bit_pilot.h"
#include "campaign/curve_campaign.h"
#include "faults/critical_bits.h"

namespace clipscope {

struct CurveGroup {
    std::vector<std::size_t> curves;          // the first is the one that the others are compared with
    CriticalBits critical{};                  // of their scope
    std::vector<std::int64_t> right{}, others{};  // images, as the first curve's clean network answers them
};

// In the order of their first curves.
std::vector<CurveGroup> group_by_scope(std::span<const CampaignCurve> curves);

// Measures which bits are critical in all scopes together, by the first curve's network, where `known` does not say it, sends BitsPiloted, and
// gives each group its class. Without a pilot, and without cells, where every pass runs whole chunks on the CPU: it would cost more than it
// could save. Nothing where it was stopped.
std::optional<BitPilot> find_critical_bits(const JobInputs& inputs, const CampaignSettings& settings, const BitPilot& known,
                                           std::span<const CampaignCurve> curves, std::vector<CurveGroup>& groups, const EventSink& sink,
                                           std::stop_token stop);

// The images that a trial takes of those that the clean network answers rightly and of the others, in proportion; all of them where `count`
// asks for as many.
ImageSample draw_images(std::uint64_t seed, std::uint64_t key, std::span<const std::int64_t> right, std::span<const std::int64_t> others,
                        std::int64_t count);

}  // namespace clipscope
