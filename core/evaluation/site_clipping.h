// Puts thresholds on a network's activation sites. A threshold is one stored number of its site's, which a run reads from its frame, so
// that faults may hit it like any parameter. Includes LibTorch.
#pragma once

#include <functional>

#include "clipping/clipping.h"
#include "network/layer_finder.h"
#include "network/network.h"

namespace clipscope {

// All thresholds that are stored: those of `clipping`, and those of the file itself at its other sites. Throws UsageError where one of
// `clipping` is negative or not a number, or where its site lies inside a branch or a loop.
Clipping stored_thresholds(const Network& network, const Clipping& clipping);

// Where a frame holds a site's threshold: behind the program's own slots, as a tensor of one float32.
Slot threshold_slot(const Network& network, std::size_t site);
// Puts them there.
void write_thresholds(const Network& network, const Clipping& stored, at::Device device, Frame& frame);

// The steps to run in place of the clipped sites' own, on frames with thresholds. `run_own` runs a site's own step, where it is clipped by
// magnitude.
using RunStep = std::function<void(const Step&, Frame&)>;
StepOverrides clip_sites(const Network& network, const Clipping& stored, const RunStep& run_own);

// How a site is clipped: as ReLU or leaky ReLU in one go with the activation, or by the magnitude of what any activation has put out.
enum class ClippedForm { relu, leaky_relu, magnitude };
ClippedForm clipped_form(const FoundSite& site);

// The clipped activation of `values` in one pass (method.md, "Clipped activation"), for any threshold that a fault may leave.
// `own_output` is the site's own activation of them, used where it is clipped by magnitude.
at::Tensor clip_activation(const FoundSite& site, const at::Tensor& values, float threshold, const std::function<at::Tensor()>& own_output);

}  // namespace clipscope
