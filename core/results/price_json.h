// The prices of a duel's contestants, in JSON.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "campaign/accuracy_curves.h"
#include "common/json_text.h"

namespace clipscope {

// "prices": {"guard": {"storage_percent", "operations_percent"}}; nothing where there are none.
void write_prices(nlohmann::ordered_json& json, const CampaignInfo& info);
// Throws Error where a field is wrong.
void read_prices(const JsonFields& fields, CampaignInfo& info);

// One of them, as an object; throws likewise.
nlohmann::ordered_json price_json(const ProtectionPrice& price);
ProtectionPrice read_price(const JsonFields& fields);

}  // namespace clipscope
