// The views of one site, from what a profile, a sweep or a hardening has learnt so far: the window feeds its live panels with them, and
// figures of a file are drawn from them. `site` is an index into the result's sites. What is not known yet is left out.
#pragma once

#include "campaign/tuning_result.h"
#include "plots/activation_view.h"
#include "plots/auc_area_view.h"
#include "plots/auc_threshold_view.h"
#include "plots/trisection_view.h"

namespace clipscope {

ActivationView activation_view(const TuningResult& result, int site);
AucThresholdView auc_threshold_view(const TuningResult& result, int site);
// The chosen threshold, or the best one so far, beside the unclipped network where it was measured.
AucAreaView auc_area_view(const TuningResult& result, int site);
TrisectionView trisection_view(const TuningResult& result, int site);

}  // namespace clipscope
