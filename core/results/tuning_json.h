// The JSON file of a profile, a sweep or a hardening: every histogram, every measured AUC with the trials behind it and every step of each
// search, so that a file read back draws exactly what was drawn live. No time and no machine is in it.
#pragma once

#include <string>

#include "campaign/tuning_result.h"

namespace clipscope {

std::string tuning_to_json(const TuningResult& result);

// `file` is named in errors: throws Error where the text is not such a file.
TuningResult tuning_from_json(const std::string& text, const std::string& file);

// The "kind" of a result's JSON: "sensitivity", "compare", "profile", "sweep", "harden"; tells which reader to call. Throws Error where
// the text is no result at all.
std::string result_kind(const std::string& text, const std::string& file);

}  // namespace clipscope
