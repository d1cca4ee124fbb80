// A clipping threshold for each activation site (FT-ClipAct, section IV-A; method.md, "Clipped activation").
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

namespace clipscope {

// A value. Sites beyond the end of `thresholds`, and those without a value, keep their own activation.
struct Clipping {
    std::vector<std::optional<float>> thresholds;  // by index into the network's sites; each >= 0

    std::optional<float> at(std::size_t site) const { return site < thresholds.size() ? thresholds[site] : std::nullopt; }

    // The same with another threshold at one site.
    Clipping with(std::size_t site, std::optional<float> threshold) const {
        Clipping changed = *this;
        if (site >= changed.thresholds.size()) changed.thresholds.resize(site + 1);
        changed.thresholds[site] = threshold;
        return changed;
    }

    friend bool operator==(const Clipping&, const Clipping&) = default;
};

}  // namespace clipscope
