// The trials of a round of a precise campaign, in bundles that share passes, and what a bundle came to as bytes for another process.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "campaign/precision_plan.h"
#include "campaign/sampled_point.h"

namespace clipscope {

// A trial of a stratum of a point, all curves of its group.
struct PreciseItem {
    std::size_t point = 0;  // index into the campaign's points
    std::size_t stratum = 0;
    int trial = 0;

    std::tuple<std::size_t, std::size_t, int> key() const { return {point, stratum, trial}; }
};

// Trials of one point that run at once.
using PreciseBundle = std::vector<PreciseItem>;

// In the order of the items, at most so many trials in each.
std::vector<PreciseBundle> make_bundles(const std::vector<PreciseItem>& items, const std::vector<GroupPoint>& points, std::size_t at_once);

// By the group's curves; nothing where it is not known.
using PreciseResults = std::vector<std::optional<SampledTrial>>;

// Of a bundle's items, each with a result for all curves. The second throws Error or nlohmann::json::exception on other bytes.
std::string results_to_bytes(const std::vector<PreciseResults>& results);
std::vector<PreciseResults> results_from_bytes(const std::string& bytes);

}  // namespace clipscope
