#include "results/price_json.h"

#include <nlohmann/json.hpp>

namespace clipscope {

nlohmann::ordered_json price_json(const ProtectionPrice& price) {
    return {{"storage_percent", price.storage_percent}, {"operations_percent", price.operations_percent}};
}

ProtectionPrice read_price(const JsonFields& fields) {
    return {fields.number("storage_percent"), fields.number("operations_percent")};
}

void write_prices(nlohmann::ordered_json& json, const CampaignInfo& info) {
    for (const auto& [protection, price] : info.prices) json["prices"][to_string(protection)] = price_json(price);
}

void read_prices(const JsonFields& fields, CampaignInfo& info) {
    if (!fields.has("prices")) return;
    const JsonFields prices = fields.object("prices");
    for (const std::string& name : prices.names()) info.prices[protection_from_string(name)] = read_price(prices.object(name.c_str()));
}

}  // namespace clipscope
