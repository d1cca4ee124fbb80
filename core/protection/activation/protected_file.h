// A network with its activation sites protected, as a file that needs no ClipScope. Knows no LibTorch.
#pragma once

#include <optional>
#include <string>

#include "clipping/clipping.h"
#include "network/network.h"
#include "protection/activation/site_protections.h"

namespace clipscope {

// As write_hardened_file(): TorchScript in standard operations, sites clipped at the thresholds, the others protected as `protections`
// says, by the very operations that ClipScope runs itself.
void write_protected_file(const Network& network, const Clipping& clipping, const SiteProtections& protections, const std::string& path,
                          const std::optional<ModelMetadata>& metadata);

}  // namespace clipscope
