#include "campaign/curve_groups.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>
#include <set>

#include "evaluation/memory_signs.h"

namespace clipscope {

std::vector<CurveGroup> group_by_scope(std::span<const CampaignCurve> curves) {
    std::vector<CurveGroup> groups;
    std::map<std::vector<std::size_t>, std::size_t> of_scope;
    for (std::size_t curve = 0; curve < curves.size(); ++curve) {
        const auto [known, is_new] = of_scope.try_emplace(curves[curve].scope.layers, groups.size());
        if (is_new) groups.push_back({{}});
        groups[known->second].curves.push_back(curve);
    }
    for (CurveGroup& group : groups) {
        const Evaluator& evaluator = *curves[group.curves.front()].evaluator;
        group.right = evaluator.images_answered(true);
        group.others = evaluator.images_answered(false);
    }
    return groups;
}

std::optional<BitPilot> find_critical_bits(const JobInputs& inputs, const CampaignSettings& settings, const BitPilot& known,
                                           std::span<const CampaignCurve> curves, std::vector<CurveGroup>& groups, const EventSink& sink,
                                           std::stop_token stop) {
    const Evaluator& evaluator = *curves.front().evaluator;
    if (!evaluator.can_sample() && evaluator.is_exact()) return BitPilot();
    // Strata count single bits that are faulty each for itself.
    if (inputs.network->memory().pattern != FaultPattern{} || settings.axis != PointAxis::fault_rate) return BitPilot();
    const std::vector<LayerInfo>& parts = inputs.network->memory_parts();
    std::set<std::size_t> in_scope;
    for (const CampaignCurve& curve : curves) in_scope.insert(curve.scope.layers.begin(), curve.scope.layers.end());
    // Thresholds are stored only where a site is clipped, which it may not be in the first curve's network.
    const std::vector<std::size_t> all = evaluator.stored(std::vector<std::size_t>(in_scope.begin(), in_scope.end()));
    std::vector<std::size_t> unknown;
    std::copy_if(all.begin(), all.end(), std::back_inserter(unknown), [&](std::size_t part) {
        return std::none_of(known.cells.begin(), known.cells.end(), [&](const PilotCell& cell) { return cell.layer == parts[part].name; });
    });
    const MemorySigns signs = memory_signs(*inputs.network, all);
    const auto tell = [&](std::int64_t done, std::int64_t total) { sink(Progress{done, total, -1, "pilot · which bits are critical"}); };
    const auto measured =
        run_bit_pilot(evaluator, unknown, signs, {.threads = settings.threads, .progress = tell, .team = settings.share.team}, stop);
    if (!measured) return std::nullopt;
    const BitPilot pilot = joined(known, *measured);
    sink(BitsPiloted{pilot});
    for (CurveGroup& group : groups) {
        const std::vector<std::size_t>& scope = curves[group.curves.front()].scope.layers;
        group.critical = CriticalBits(parts, scope, signs, choose_critical_cells(pilot, parts, scope));
    }
    return pilot;
}

ImageSample draw_images(std::uint64_t seed, std::uint64_t key, std::span<const std::int64_t> right, std::span<const std::int64_t> others,
                        std::int64_t count) {
    const auto all = std::int64_t(right.size() + others.size());
    count = std::min(count, all);
    std::int64_t of_others = std::llround(double(count) * double(others.size()) / double(all));
    if (!others.empty()) of_others = std::clamp<std::int64_t>(of_others, 1, std::min<std::int64_t>(count, std::int64_t(others.size())));
    std::int64_t of_right = std::min(count - of_others, std::int64_t(right.size()));
    if (!right.empty()) of_right = std::max<std::int64_t>(of_right, 1);
    ImageSample sample;
    for (const std::int64_t place : draw_sample(seed, key, 0, std::int64_t(right.size()), of_right))
        sample.right.push_back(right[std::size_t(place)]);
    for (const std::int64_t place : draw_sample(seed, key, 1, std::int64_t(others.size()), of_others))
        sample.others.push_back(others[std::size_t(place)]);
    return sample;
}

}  // namespace clipscope
