// The numbers of a sensitivity or a comparison job as tidy tables: one row for each observation, units in the headers.
#pragma once

#include <string>

#include "campaign/accuracy_curves.h"

namespace clipscope {

// Which columns say where a point lies: "rate_per_bit" or "bit", as the result's axis says, or both of them, one empty, so that tables of
// several results can be joined.
enum class PlaceColumns { of_axis, both };

// Whether there are columns that say how well a mean is known and what that took: where a precision was asked for, or in any case, so that
// tables of several results can be joined.
enum class PrecisionColumns { where_asked_for, always };

// points.csv: one row for each curve and rate, or bit position, with the statistics over its trials.
std::string points_csv(const AccuracyCurves& curves, PlaceColumns places = PlaceColumns::of_axis,
                       PrecisionColumns precision = PrecisionColumns::where_asked_for);

// trials.csv: one row for each curve, rate or bit position, and trial, with its counts.
std::string trials_csv(const AccuracyCurves& curves, PlaceColumns places = PlaceColumns::of_axis);

}  // namespace clipscope
