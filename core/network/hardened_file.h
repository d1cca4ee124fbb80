// The hardened network as a file that needs no ClipScope: TorchScript in standard operations, run by Python's PyTorch and by LibTorch.
// Parameters and buffers keep their paths and values; only forward() changes, to the network's evaluation form with clipped activations
// and the logits as its one output.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>

#include "network/network.h"

namespace clipscope {

struct FoundSite;
struct SiteFunction;

// Writes the network with each site clipped at its threshold; sites without one stay as they are. A clipped ReLU becomes
// where((x >= 0) & (x <= T), x, 0), leaky ReLU and others as method.md, "Clipped activation", says. The network's own file is read again,
// and must be the same. `metadata`: what the file says about itself; nothing: what the network's does. Throws UsageError where a threshold
// is no number from 0 up or its site lies inside a branch or a loop, Error where a file fails.
void write_hardened_file(const Network& network, std::span<const std::optional<float>> thresholds, const std::string& path,
                         const std::optional<ModelMetadata>& metadata = std::nullopt);
// Other sites, by index, with a function of what they put out.
void write_hardened_file(const Network& network, std::span<const std::optional<float>> thresholds, const std::string& path,
                         const std::optional<ModelMetadata>& metadata, const std::map<std::size_t, SiteFunction>& functions);

// Throws UsageError where the site cannot be clipped in a file, or not at this threshold.
void check_site_threshold(const FoundSite& site, float threshold);

}  // namespace clipscope
