// One protection of a command that has one network under it.
#pragma once

#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "campaign/contestants.h"
#include "common_options.h"

namespace clipscope::cli {

// With bounds from the tuning images, or from these thresholds files; shows progress. Nothing where it was stopped. Throws UsageError,
// Error.
std::optional<Contestant> find_contestant(const Protection& protection, const std::vector<std::string>& thresholds, const JobInputs& tuning,
                                          const WorkOptions& work, const std::stop_token& stop);

}  // namespace clipscope::cli
