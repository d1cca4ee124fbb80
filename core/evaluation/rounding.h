// Where rounding decides what comes out, so that modes, which add up in another order, may differ by more than near-ties: sums of huge
// values that cancel or leave float32's range, a variance of nearly equal values, an activation that stands at its threshold. No LibTorch
// in this header.
#pragma once

#include <vector>

#include "evaluation/evaluator.h"
#include "faults/trial_faults.h"

namespace clipscope {

// By image, whether it is judged otherwise, with these faults or (silent corruptions are counted against those answers) without any, as
// soon as every stored number is off by a few of its last bits: a hundred thousandth of it at most, drawn anew several times; or whether a
// value on its way is beyond 1e18 or no number. `exact` is prepared and in the exact mode. Takes eighteen passes of all images.
std::vector<bool> images_decided_by_rounding(const Evaluator& exact, const TrialFaults& faults, double rate);

}  // namespace clipscope
