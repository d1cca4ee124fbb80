// Runs the protections of activation sites (protection/activation/) that are not clipped at a stored threshold. Includes LibTorch.
#pragma once

#include "evaluation/site_clipping.h"
#include "protection/activation/site_protections.h"

namespace clipscope {

// Puts the steps to run in place of the protected sites' own into `overrides`, in place of what stood there: an activation that is clipped
// by the file itself is clipped before it is protected. Throws UsageError on a site inside a branch or a loop.
void protect_sites(const Network& network, const SiteProtections& protections, at::Device device, const RunStep& run_own,
                   StepOverrides& overrides);

}  // namespace clipscope
