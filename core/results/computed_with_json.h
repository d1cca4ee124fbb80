// What a result was computed with, in its JSON: "computed_with": {"libtorch", "device", "processor", "chunk"}, and a list of such in
// "computed_with_earlier" where part of it was computed otherwise.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "campaign/accuracy_curves.h"
#include "common/json_text.h"

namespace clipscope {

// Nothing where it is not known.
void write_computed_with(nlohmann::ordered_json& json, const CampaignInfo& info);

// Leaves it empty for results of older versions, which do not have it. Throws Error where a field is wrong.
void read_computed_with(const JsonFields& fields, CampaignInfo& info);

// `info` says what trials are computed with from now on; those that a job has already, as `before` says, become its earlier ones. True
// where they were computed otherwise.
bool go_on_with(CampaignInfo& info, const CampaignInfo& before);

}  // namespace clipscope
