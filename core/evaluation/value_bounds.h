// Where the order of additions decides what comes out, so that modes may differ by more than near-ties. No LibTorch in this header.
#pragma once

#include <vector>

#include "evaluation/evaluator.h"
#include "faults/trial_faults.h"

namespace clipscope {

// By image, whether these faults take values on its way through the whole network very far from those of a clean run (1e5 and more, or no
// numbers): their sums cancel in whatever order they are added up. `exact` is prepared and in the exact mode.
std::vector<bool> images_without_bound(const Evaluator& exact, const TrialFaults& faults, double rate);

}  // namespace clipscope
