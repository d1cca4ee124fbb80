// What a curve's colour and dash stand for: the layer by its place in the network, and the format or the protection. The same in every plot
// and figure, whatever else is drawn. Pure functions.
#pragma once

#include <string>
#include <vector>

#include "campaign/campaign_summary.h"

namespace clipscope {

// The parts of a network's memory in program order, by their names.
using PartNames = std::vector<std::string>;

// As far as the results tell, where the network is not open: "CONV-1" up to the last one named, then "FC-1" likewise, then what else is
// named.
PartNames parts_of(const CampaignSummary& curves);

// AccuracySeries::layer of a scope: its place among the parts; joint scopes and groups come after all of them.
int place_of_scope(const std::string& scope, const PartNames& parts);

// AccuracySeries::variant: the protection's, or without one the format's. The unprotected network in float32 has 0.
int variant_of(const CurveInfo& curve, const CampaignInfo& info);

}  // namespace clipscope
