// Which protection each activation site of a network has, and at which bounds.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "protection/protection.h"

namespace clipscope {

// Of one image's values at a site.
struct SiteBounds {
    std::vector<std::int64_t> shape;  // of the bounds: dimensions that share one have size 1; none: one bound for all values
    std::vector<float> low;           // row-major
    std::vector<float> high;

    std::size_t count() const { return high.size(); }
};

struct ProtectedSite {
    std::string kind;  // of activation_kinds()
    Granularity granularity = Granularity::layer;
    SiteBounds bounds;  // empty where the kind has none
};

// A value. Sites beyond the end, and those without a value, keep their own activation.
struct SiteProtections {
    std::vector<std::optional<ProtectedSite>> sites;  // by index into the network's sites

    const ProtectedSite* at(std::size_t site) const { return site < sites.size() && sites[site] ? &*sites[site] : nullptr; }
};

}  // namespace clipscope
