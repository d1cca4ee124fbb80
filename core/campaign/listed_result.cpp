#include "campaign/listed_result.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string_view>

#include "common/csv_text.h"
#include "common/number_text.h"

namespace clipscope {
namespace {

const std::vector<std::string_view>& listed_columns() {
    static const std::vector<std::string_view> columns = {"trial",  "line",    "layer",          "parameter", "element",     "bit",
                                                          "before", "after",   "faults",         "unchanged", "same_answer", "other_answer",
                                                          "images", "correct", "correct_argmax", "nonfinite"};
    return columns;
}

}  // namespace

std::vector<ListedBit> listed_bits(const ListedTrial& trial, const std::vector<LayerInfo>& parts) {
    std::vector<ListedBit> bits;
    for (const auto& [place, positions] : trial.bits) {
        const LayerInfo& part = parts[place.first];
        const ParameterInfo& info = part.parameters[place.second];
        const auto word_bits = std::uint64_t(info.word_bits);
        for (const std::uint64_t position : positions)
            bits.push_back({part.name, info.path, position / word_bits, int(position % word_bits)});
    }
    for (const auto& [output, positions] : trial.outputs) {
        const LayerInfo& part = parts[output.first];
        for (const std::uint64_t position : positions)
            bits.push_back({part.name + std::string(output_suffix), output_name(part, output.second), position / listed_word_bits,
                            int(position % listed_word_bits)});
    }
    return bits;
}

std::string listed_csv(std::span<const ListedResult> results) {
    CsvText table(listed_columns());
    for (const ListedResult& result : results) {
        const ListedOutcome& outcome = result.outcome;
        table.add(result.name).add(result.line);
        if (result.bits.size() == 1 && outcome.before && outcome.after) {
            const ListedBit& bit = result.bits.front();
            table.add(bit.layer).add(bit.parameter).add(bit.element).add(bit.bit);
            table.add(short_double(*outcome.before)).add(short_double(*outcome.after));
        } else {
            for (int empty = 0; empty < 6; ++empty) table.add(std::string_view());
        }
        table.add(outcome.faults).add(outcome.unchanged).add(outcome.same_answer).add(outcome.other_answer);
        table.add(outcome.outcome.images).add(outcome.outcome.correct).add(outcome.outcome.correct_argmax).add(outcome.outcome.due);
        table.end_row();
    }
    return table.text();
}

nlohmann::ordered_json listed_json(const ListedResult& result) {
    const ListedOutcome& outcome = result.outcome;
    nlohmann::ordered_json json = {{"trial", result.name}, {"line", result.line}, {"bits", nlohmann::ordered_json::array()}};
    for (const ListedBit& bit : result.bits)
        json["bits"].push_back({{"layer", bit.layer}, {"parameter", bit.parameter}, {"element", bit.element}, {"bit", bit.bit}});
    if (outcome.before) json["before"] = short_double(*outcome.before);
    if (outcome.after) json["after"] = short_double(*outcome.after);
    json.update({{"faults", outcome.faults},
                 {"unchanged", outcome.unchanged},
                 {"same_answer", outcome.same_answer},
                 {"other_answer", outcome.other_answer},
                 {"images", outcome.outcome.images},
                 {"correct", outcome.outcome.correct},
                 {"correct_argmax", outcome.outcome.correct_argmax},
                 {"nonfinite", outcome.outcome.due}});
    return json;
}

void ListedTotals::add(const ListedOutcome& outcome) {
    ++trials;
    if (outcome.other_answer > 0)
        ++other_answers;
    else if (outcome.same_answer > 0)
        ++same_answers;
    else
        ++unchanged;
    other_answer_images += outcome.other_answer;
    nonfinite_images += outcome.outcome.due;
    image_evaluations += outcome.outcome.images;
}

nlohmann::ordered_json totals_json(const ListedTotals& totals) {
    const auto images = double(std::max<std::int64_t>(totals.image_evaluations, 1));
    return {{"trials", totals.trials},
            {"unchanged", totals.unchanged},
            {"same_answers", totals.same_answers},
            {"other_answers", totals.other_answers},
            {"other_answer_share", double(totals.other_answer_images) / images},
            {"nonfinite_share", double(totals.nonfinite_images) / images}};
}

}  // namespace clipscope
