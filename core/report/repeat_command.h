// The command lines that measure a job of a study again.
#pragma once

#include <string>
#include <vector>

#include "study/job_settings.h"

namespace clipscope {

// A line for a shell, "clipscope-cli sensitivity --study repeated.clipscope --layers each …": every setting that differs from what the
// command takes by itself, quoted where a shell needs it; several lines where the job was gone on with for other rates.
// `thresholds_file`: where the thresholds are that a comparison takes, which are in no file that the study knows.
std::vector<std::string> repeat_commands(const JobSettings& settings, const std::string& study,
                                         const std::string& thresholds_file = "thresholds.json");

}  // namespace clipscope
