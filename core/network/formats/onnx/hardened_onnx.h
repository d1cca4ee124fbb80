// The hardened form of a network that was opened from an ONNX file, as ONNX: the author's own graph, tensors and names, with clipping, or
// another function, in standard operators behind the protected sites (onnx_clips.h). Weights that lay in files beside it are inside.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>

#include "network/formats/onnx/onnx_site_function.h"
#include "network/network.h"

namespace clipscope {

// Whether the file that a network was opened from is ONNX.
bool came_from_onnx(const ModelMetadata& metadata);

// Throws UsageError where the network did not come from an ONNX file, Error where its file cannot be written as ONNX again: operators older
// than version 9, more than 2 GB, or another file by now. Reads the file. `path`: of the file to be written, for the sentence.
void check_hardened_onnx(const Network& network, const std::string& path);

// Writes the network with each site clipped at its threshold; sites without one stay as they are. `metadata`: what the file says about
// itself, for ClipScope to read. The network's own file is read again, and must be the same. Throws as check_hardened_onnx, UsageError as
// check_site_threshold, Error where a file fails.
void write_hardened_onnx(const Network& network, std::span<const std::optional<float>> thresholds, const std::string& path,
                         const ModelMetadata& metadata);
// Other sites, by index, with a function of what they put out. Throws UsageError, too, where such a site lies inside a branch or a loop.
void write_hardened_onnx(const Network& network, std::span<const std::optional<float>> thresholds, const std::string& path,
                         const ModelMetadata& metadata, const std::map<std::size_t, OnnxSiteFunction>& functions);

}  // namespace clipscope
