#include "results/protect_first_output.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <vector>

#include "campaign/memory_json.h"
#include "common/csv_text.h"
#include "common/json_text.h"
#include "common/version.h"

namespace clipscope {
namespace {

using Json = nlohmann::ordered_json;

Json step_json(const ProtectStep& step) {
    return {{"name", step.name},
            {"storage_percent", step.storage_percent},
            {"mean", step.point.mean},
            {"ci95", {step.point.ci95_low, step.point.ci95_high}},
            {"gain_share", step.gain_share}};
}

}  // namespace

std::string protect_first_csv(const ProtectFirst& found) {
    CsvText table({"step", "name", "storage_percent", "mean_fraction", "ci95_low_fraction", "ci95_high_fraction", "gain_share"});
    const auto add = [&](std::int64_t number, const std::string& name, double storage, const CurvePoint& point, double share) {
        table.add(number).add(name).add(storage).add(point.mean).add(point.ci95_low).add(point.ci95_high).add(share);
        table.end_row();
    };
    add(0, "none", 0, found.unprotected, 0);
    for (std::size_t i = 0; i < found.steps.size(); ++i) {
        const ProtectStep& step = found.steps[i];
        add(std::int64_t(i + 1), step.name, step.storage_percent, step.point, step.gain_share);
    }
    return table.text();
}

std::string protect_first_json(const ProtectFirst& found) {
    const CampaignInfo& info = found.info;
    Json json = {{"clipscope_version", version()},
                 {"kind", "protect-first"},
                 {"model", info.model},
                 {"data", info.data},
                 {"images", info.images},
                 {"seed", info.seed},
                 {"trials", info.trials},
                 {"layers", found.scope},
                 {"protection", found.protection},
                 {"rate", found.unprotected.rate},
                 {"nonfinite", to_string(info.nonfinite)},
                 {"clean_accuracy", accuracy(found.clean, info.nonfinite)},
                 {"unprotected", {{"mean", found.unprotected.mean}, {"ci95", {found.unprotected.ci95_low, found.unprotected.ci95_high}}}},
                 {"all", step_json(found.all)},
                 {"in_words", in_words(found)}};
    write_memory(json, info.memory);
    json["steps"] = Json::array();
    for (const ProtectStep& step : found.steps) json["steps"].push_back(step_json(step));
    return json_text(json);
}

std::string duel_of_steps(const ProtectFirst& found, std::size_t count) {
    const std::size_t taken = std::min(count, found.steps.size());
    if (taken == 0) return {};
    std::string text = "none," + found.protection + (found.by_bits ? "" : "@");
    std::vector<int> bits;
    for (std::size_t i = 0; i < taken; ++i) {
        if (found.by_bits)
            bits.push_back(found.steps[i].bit);
        else
            text += (i == 0 ? "" : "/") + found.steps[i].name;
    }
    std::ranges::sort(bits);
    for (const int bit : bits) text += "-" + std::to_string(bit);
    return text;
}

}  // namespace clipscope
