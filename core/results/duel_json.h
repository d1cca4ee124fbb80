// What a result's JSON says of a duel beyond its curves.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "campaign/accuracy_curves.h"
#include "clipping/auc.h"

namespace clipscope {

// Each of `json`'s curves gets its "price" ("storage_percent", "operations_percent", "clean_loss") and the rates at which it has lost 1 and
// 10 points, "lost_1_point" and "lost_10_points"; beside them "pareto" stands, for each scope. Nothing where the curves have no prices.
void write_duel(nlohmann::ordered_json& json, const AccuracyCurves& curves, AucAxis axis);

}  // namespace clipscope
