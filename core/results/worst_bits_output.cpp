#include "results/worst_bits_output.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "campaign/memory_json.h"
#include "common/csv_text.h"
#include "common/json_text.h"
#include "common/number_text.h"
#include "common/version.h"

namespace clipscope {
namespace {

using Json = nlohmann::ordered_json;

Json bit_json(const WorstBit& bit, NonfiniteRule rule) {
    return {{"layer", bit.value.layer},
            {"parameter", bit.value.parameter},
            {"element", bit.value.element},
            {"bit", bit.value.bit},
            {"before", number_text(bit.value.before)},
            {"after", number_text(bit.value.after)},
            {"accuracy", accuracy(bit.outcome, rule)},
            {"correct", bit.outcome.correct},
            {"correct_argmax", bit.outcome.correct_argmax},
            {"sdc", bit.outcome.sdc},
            {"due", bit.outcome.due}};
}

}  // namespace

std::string worst_bits_csv(const WorstBits& found, NonfiniteRule rule) {
    CsvText csv(
        {"set", "number", "layer", "parameter", "element", "bit", "before", "after", "accuracy_fraction", "sdc_fraction", "due_fraction"});
    const auto add = [&](std::string_view set, const std::vector<WorstBit>& bits) {
        for (std::size_t i = 0; i < bits.size(); ++i) {
            const FaultyValue& value = bits[i].value;
            const Outcome& outcome = bits[i].outcome;
            const double images = std::max<double>(double(outcome.images), 1);
            csv.add(set).add(std::int64_t(i + 1)).add(value.layer).add(value.parameter).add(value.element).add(value.bit);
            csv.add(number_text(value.before)).add(number_text(value.after)).add(accuracy(outcome, rule));
            csv.add(double(outcome.sdc) / images).add(double(outcome.due) / images);
            csv.end_row();
        }
    };
    add("alone", found.alone);
    add("together", found.together);
    return csv.text();
}

std::string worst_bits_json(const WorstBits& found, const WorstBitsOrigin& origin) {
    Json json = {{"clipscope_version", version()},
                 {"kind", "worst"},
                 {"model", origin.model},
                 {"model_sha256", origin.model_sha256},
                 {"data", origin.data},
                 {"images", origin.images},
                 {"layers", origin.scope},
                 {"nonfinite", to_string(origin.nonfinite)},
                 {"clean_accuracy", accuracy(found.clean, origin.nonfinite)},
                 {"critical_bits", found.critical},
                 {"tried_bits", found.tried},
                 {"exhaustive", origin.is_exhaustive},
                 {"image_evaluations", found.image_evaluations},
                 {"seconds", origin.seconds}};
    write_memory(json, origin.memory);
    json["bits"] = Json::array();
    for (const WorstBit& bit : found.alone) json["bits"].push_back(bit_json(bit, origin.nonfinite));
    if (found.together.empty()) return json_text(json);
    json["together"] = Json::array();
    for (const WorstBit& bit : found.together) json["together"].push_back(bit_json(bit, origin.nonfinite));
    return json_text(json);
}

std::string worst_bits_list(const WorstBits& found) {
    CsvText list({"layer", "rate", "trial", "parameter", "element", "bit"});
    for (std::size_t i = 0; i < found.alone.size(); ++i) {
        const FaultyValue& value = found.alone[i].value;
        list.add(value.layer).add(std::string_view()).add(std::to_string(i + 1)).add(value.parameter).add(value.element).add(value.bit);
        list.end_row();
    }
    return list.text();
}

}  // namespace clipscope
