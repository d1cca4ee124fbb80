#include "study/comparable_settings.h"

#include <nlohmann/json.hpp>
#include <span>

#include "common/sha256.h"

namespace clipscope {
namespace {

using Json = nlohmann::ordered_json;

// What a self-check counted stands beside what it checked, as within the unclipped measurement of a sweep.
void erase_everywhere(Json& json, const char* name) {
    if (!json.is_structured()) return;
    if (json.is_object()) json.erase(name);
    for (Json& value : json) erase_everywhere(value, name);
}

}  // namespace

std::string comparable_json(const std::string& text) {
    Json json = Json::parse(text, nullptr, false);
    if (!json.is_object()) return {};
    for (const char* name : {"model", "data"}) json.erase(name);
    if (json.contains("fault_list") && json.at("fault_list").is_object()) json.at("fault_list").erase("path");
    erase_everywhere(json, "self_check");
    return json.dump();
}

std::string comparable_settings(const JobSettings& settings) {
    return comparable_json(to_json(settings));
}

std::string settings_digest(const JobSettings& settings) {
    const std::string text = comparable_settings(settings);
    Sha256 sum;
    sum.add(std::as_bytes(std::span(text)));
    return sum.digest();
}

}  // namespace clipscope
