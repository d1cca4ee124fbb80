// Where rounding decides what comes out, so that modes, which add up in another order, may differ by more than near-ties: sums of huge
// values that cancel, a variance of nearly equal values, an activation that stands at its threshold. No LibTorch in this header.
#pragma once

#include <vector>

#include "evaluation/evaluator.h"
#include "faults/trial_faults.h"

namespace clipscope {

// By image, whether it is judged otherwise, with these faults, as soon as every stored number is off by a few of its last bits: a hundred
// thousandth of it at most, drawn anew several times. `exact` is prepared and in the exact mode. Takes nine passes of all images.
std::vector<bool> images_decided_by_rounding(const Evaluator& exact, const TrialFaults& faults, double rate);

}  // namespace clipscope
