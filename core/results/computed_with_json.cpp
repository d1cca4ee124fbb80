#include "results/computed_with_json.h"

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>

namespace clipscope {

namespace {

using Json = nlohmann::ordered_json;

Json as_json(const ComputedWith& with) {
    return {{"libtorch", with.libtorch}, {"device", with.device}, {"processor", with.processor}, {"chunk", with.chunk}};
}

ComputedWith from_json(const JsonFields& with) {
    return {with.text("libtorch"), with.text("device"), with.text("processor"),
            int(with.integer("chunk", 0, std::numeric_limits<int>::max()))};
}

}  // namespace

void write_computed_with(nlohmann::ordered_json& json, const CampaignInfo& info) {
    if (info.computed_with.libtorch.empty()) return;
    json["computed_with"] = as_json(info.computed_with);
    for (const ComputedWith& earlier : info.computed_with_earlier) json["computed_with_earlier"].push_back(as_json(earlier));
}

void read_computed_with(const JsonFields& fields, CampaignInfo& info) {
    if (!fields.has("computed_with")) return;
    info.computed_with = from_json(fields.object("computed_with"));
    info.computed_with_earlier.clear();
    if (!fields.has("computed_with_earlier")) return;
    for (const Json& earlier : fields.array("computed_with_earlier"))
        info.computed_with_earlier.push_back(from_json(JsonFields(earlier, fields.file(), "computed_with_earlier")));
}

bool go_on_with(CampaignInfo& info, const CampaignInfo& before) {
    info.computed_with_earlier = before.computed_with_earlier;
    const bool is_known = !before.computed_with.libtorch.empty();
    const bool differs = is_known && before.computed_with != info.computed_with;
    if (differs) info.computed_with_earlier.push_back(before.computed_with);
    std::erase(info.computed_with_earlier, info.computed_with);
    return differs;
}

}  // namespace clipscope
