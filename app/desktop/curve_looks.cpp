#include "curve_looks.h"

#include <algorithm>
#include <charconv>
#include <iterator>

#include "common/text_list.h"
#include "plots/accuracy_view.h"

namespace clipscope {
namespace {

// Of "CONV-12" 12 where `kind` is "CONV"; otherwise 0.
int number_of(const std::string& name, const std::string& kind) {
    if (!name.starts_with(kind + "-")) return 0;
    int number = 0;
    const char* const end = name.data() + name.size();
    const auto read = std::from_chars(name.data() + kind.size() + 1, end, number);
    return read.ec == std::errc() && read.ptr == end ? number : 0;
}

}  // namespace

PartNames parts_of(const CampaignSummary& curves) {
    PartNames named, parts;
    for (const CurveSummary& curve : curves.curves) std::ranges::copy(split_list(curve.info.layer, '+'), std::back_inserter(named));
    for (const std::string& kind : {std::string("CONV"), std::string("FC")}) {
        int last = 0;
        for (const std::string& name : named) last = std::max(last, number_of(name, kind));
        for (int number = 1; number <= last; ++number) parts.push_back(kind + "-" + std::to_string(number));
    }
    for (const std::string& name : named)
        if (name.find('-') != std::string::npos && std::ranges::find(parts, name) == parts.end() && name != "batch-norm")
            parts.push_back(name);
    return parts;
}

int place_of_scope(const std::string& scope, const PartNames& parts) {
    if (scope == "network") return AccuracySeries::whole_network;
    const auto place = [&](const std::string& name) { return int(std::ranges::find(parts, name) - parts.begin()); };
    const int count = int(parts.size());
    if (scope.find('+') == std::string::npos) {
        const int found = place(scope);
        return found < count ? found : scope == "thresholds" ? count + 1 : count;
    }
    int sum = 0;
    for (const std::string& name : split_list(scope, '+')) sum += place(name);
    return count + 2 + sum;
}

int variant_of(const CurveInfo& curve, const CampaignInfo& info) {
    if (curve.protection == Protection::clip_actmax) return 1;
    if (curve.protection != Protection::none) return 2;
    const std::string format = format_of(curve, info).to_string();
    static const std::vector<std::string> known{"float32", "", "", "int8", "int8-channel", "", "float16", "bfloat16"};
    const auto found = std::ranges::find(known, format);
    if (found != known.end()) return int(found - known.begin());
    constexpr int fixed_point = 5;
    if (format.starts_with('Q')) return fixed_point;
    const std::vector<std::string> offered = usual_number_formats();
    return int(known.size()) + int(std::ranges::find(offered, format) - offered.begin());
}

}  // namespace clipscope
