// A study's numbers for other programs: tidy tables, one row for each observation, units in the headers; or one JSON of all.
#pragma once

#include <string>
#include <vector>

#include "study/study.h"

namespace clipscope {

// Writes trials.csv, points.csv, thresholds.csv, histograms.csv, sweeps.csv, searches.csv and audit.csv into the folder, which is there;
// the first column of each is the job. Returns the files written. Throws as study.h says, and Error where a file cannot be written.
std::vector<std::string> export_csv(const Study& study, const std::string& folder);

// {"study","created","created_by","notes","jobs":[{"job","kind","state",…,"result":{…}}]}, each result as its own command writes it.
std::string export_json(const Study& study);

}  // namespace clipscope
