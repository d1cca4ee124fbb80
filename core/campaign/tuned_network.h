// The network with its activation sites protected at thresholds from a file, as a file of its own.
#pragma once

#include <optional>
#include <stop_token>
#include <string>

#include "campaign/events.h"
#include "campaign/job_inputs.h"
#include "campaign/thresholds_file.h"
#include "campaign/tuning_run.h"

namespace clipscope {

// Writes what export_hardened() or export_protected() does, of the kind of protection that the thresholds are for. Other bounds than these,
// as the lower one of a range, are measured on the inputs' images, which are the tuning images. Empty where it was stopped; throws
// UsageError where the thresholds do not fit the network or are for several kinds, Error where the file cannot be written.
std::optional<HardenedFile> write_tuned_network(const JobInputs& tuning, const ThresholdsFile& thresholds, const TuningSettings& settings,
                                                const std::string& path, const EventSink& sink, std::stop_token stop);

}  // namespace clipscope
