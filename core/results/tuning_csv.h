// The numbers of a profile, a sweep or a hardening as tidy tables: one row for each observation, units in the headers.
#pragma once

#include <string>

#include "campaign/tuning_result.h"

namespace clipscope {

// histograms.csv: one row for each bin that holds something; NaN and infinities have rows of their own without edges.
std::string histograms_csv(const TuningResult& result);

// sweep.csv: one row for each threshold, the unclipped network in a row without one.
std::string sweep_csv(const TuningResult& result);

// search.csv: one row for each evaluated threshold of each site's search.
std::string search_csv(const TuningResult& result);

// thresholds.csv: one row for each hardened site.
std::string thresholds_csv(const TuningResult& result);

}  // namespace clipscope
