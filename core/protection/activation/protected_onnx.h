// A network with its activation sites protected, as ONNX in standard operators. Knows no LibTorch.
#pragma once

#include <string>

#include "clipping/clipping.h"
#include "network/network.h"
#include "protection/activation/site_protections.h"

namespace clipscope {

// As write_hardened_onnx(): sites clipped at the thresholds, the others protected as `protections` says. Computes what ClipScope does, NaN
// and infinities included, whatever a runtime makes of NaN in Min, Max and Clip. In a file of half precision results are rounded to it.
void write_protected_onnx(const Network& network, const Clipping& clipping, const SiteProtections& protections, const std::string& path,
                          const ModelMetadata& metadata);

}  // namespace clipscope
