// The numbers of a sensitivity or a comparison job as tidy tables: one row for each observation, units in the headers.
#pragma once

#include <string>

#include "campaign/accuracy_curves.h"

namespace clipscope {

// points.csv: one row for each curve and rate, with the statistics over its trials.
std::string points_csv(const AccuracyCurves& curves);

// trials.csv: one row for each curve, rate and trial, with its counts.
std::string trials_csv(const AccuracyCurves& curves);

}  // namespace clipscope
