// Writes the hardened network and makes sure that it is what was measured.
#pragma once

#include <optional>
#include <stop_token>
#include <string>

#include "campaign/job_inputs.h"
#include "campaign/tuning_result.h"
#include "clipping/clipping.h"
#include "evaluation/evaluator.h"
#include "protection/activation/site_protections.h"

namespace clipscope {

// Throws UsageError or Error where the network's hardened form cannot be written to this path, as far as it can be known beforehand: a path
// that ends in .onnx asks for ONNX, which takes a network that came from ONNX (network/formats/onnx/hardened_onnx.h); any other for
// TorchScript.
void check_hardened_path(const Network& network, const std::string& path);

// Writes the network clipped as `clipping` says, opens the file again and compares its logits with the evaluator's, image by image and bit
// for bit; the path says the format as above; the evaluator has this clipping and need not be prepared. The file says how the images of
// `inputs` enter it. Only an equal file takes its place at `path`. Empty where it was stopped; throws Error where the file cannot be
// written or differs, and leaves what was there before.
std::optional<HardenedFile> export_hardened(const Evaluator& clipped, const Clipping& clipping, const JobInputs& inputs,
                                            const std::string& path, std::stop_token stop);

// The same of a network whose other sites are protected otherwise, as the evaluator's are.
std::optional<HardenedFile> export_protected(const Evaluator& evaluator, const Clipping& clipping, const SiteProtections& protections,
                                             const JobInputs& inputs, const std::string& path, std::stop_token stop);

}  // namespace clipscope
