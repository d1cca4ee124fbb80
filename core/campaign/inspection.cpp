#include "campaign/inspection.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <utility>

#include "campaign/memory_json.h"
#include "common/error.h"
#include "common/json_text.h"
#include "common/number_text.h"
#include "common/text_list.h"
#include "common/version.h"
#include "common/whole_number.h"
#include "evaluation/memory_signs.h"
#include "evaluation/scoring.h"
#include "faults/critical_bits.h"

namespace clipscope {
namespace {

using Json = nlohmann::ordered_json;

// Of one name.
class FaultName {
public:
    FaultName(const std::string& name, const std::vector<LayerInfo>& parts) : name_(name), parts_(parts), fields_(split_list(name, ':')) {
        if (fields_.size() != 3 && fields_.size() != 4)
            throw UsageError("'" + name + "' is no fault: write LAYER:PARAMETER:ELEMENT:BIT, as in CONV-1:weight:12:30.");
    }

    ParameterPlace place() const {
        const auto part =
            std::ranges::find_if(parts_, [&](const LayerInfo& one) { return lower_case(one.name) == lower_case(fields_[0]); });
        if (part == parts_.end()) fail("there is no layer '" + fields_[0] + "': 'clipscope-cli info' lists them");
        for (std::size_t i = 0; i < part->parameters.size(); ++i)
            if (is_named(part->parameters[i].path)) return {std::size_t(part - parts_.begin()), i};
        fail("'" + fields_[1] + "' is no parameter of " + part->name);
    }

    std::uint64_t position(const ParameterInfo& parameter) const {
        const std::int64_t element = this->element(parameter);
        const auto bit = whole_number<int>(fields_.back());
        if (!bit || *bit < 0 || *bit >= parameter.word_bits)
            fail("a word of " + parameter.path + " has the bits 0 to " + std::to_string(parameter.word_bits - 1));
        if (!(parameter.faulty_bits >> *bit & 1)) fail("bit " + fields_.back() + " is not among those that may be faulty");
        return std::uint64_t(element) * std::uint64_t(parameter.word_bits) + std::uint64_t(*bit);
    }

private:
    bool is_named(const std::string& path) const { return fields_.size() == 3 || path == fields_[1] || path.ends_with("." + fields_[1]); }

    std::int64_t element(const ParameterInfo& parameter) const {
        const std::vector<std::string> numbers = split_list(fields_[fields_.size() - 2], ',');
        std::int64_t element = 0;
        if (numbers.size() != 1 && numbers.size() != parameter.shape.size())
            fail(parameter.path + " has " + std::to_string(parameter.shape.size()) + " dimensions");
        for (std::size_t i = 0; i < numbers.size(); ++i) {
            const std::int64_t size = numbers.size() == 1 ? parameter.elements : parameter.shape[i];
            const auto number = whole_number<std::int64_t>(numbers[i]);
            if (!number || *number < 0 || *number >= size)
                fail("'" + numbers[i] + "' is no place in " + parameter.path + ": 0 to " + std::to_string(size - 1));
            element = element * size + *number;
        }
        return element;
    }

    [[noreturn]] void fail(const std::string& why) const { throw UsageError("'" + name_ + "' names no fault: " + why + "."); }

    const std::string& name_;
    const std::vector<LayerInfo>& parts_;
    const std::vector<std::string> fields_;
};

// Numbers that JSON cannot have as texts.
Json number_json(float number) {
    return std::isfinite(number) ? Json(short_double(number)) : Json(number_text(number));
}

Json answer_json(const std::vector<float>& logits) {
    const Answer answer = answer_of(logits);
    Json numbers = Json::array();
    for (const float logit : logits) numbers.push_back(number_json(logit));
    return {{"answer", answer.prediction}, {"probability", answer.probability}, {"logits", std::move(numbers)}};
}

Json bit_json(const FaultyValue& bit) {
    return {{"layer", bit.layer}, {"parameter", bit.parameter},        {"element", bit.element},         {"index", bit.index},
            {"bit", bit.bit},     {"before", number_json(bit.before)}, {"after", number_json(bit.after)}};
}

}  // namespace

TrialFaults named_faults(const std::vector<std::string>& names, const std::vector<LayerInfo>& parts) {
    std::map<ParameterPlace, std::set<std::uint64_t>> positions;
    for (const std::string& text : names) {
        const FaultName name(text, parts);
        const ParameterPlace place = name.place();
        if (!positions[place].insert(name.position(parts[place.first].parameters[place.second])).second)
            throw UsageError("'" + text + "' is named twice.");
    }
    TrialFaults faults;
    for (const auto& [place, bits] : positions) {
        faults.parameters.push_back({place.first, place.second, {}});
        for (const std::uint64_t position : bits) faults.parameters.back().bits.push_back({position, 0});
    }
    return faults;
}

TrialFaults faults_of(std::span<const FaultyValue> bits, const std::vector<LayerInfo>& parts) {
    std::map<std::pair<std::string, std::string>, ParameterPlace> places;
    for (std::size_t part = 0; part < parts.size(); ++part)
        for (std::size_t own = 0; own < parts[part].parameters.size(); ++own)
            places.try_emplace({parts[part].name, parts[part].parameters[own].path}, part, own);
    std::map<ParameterPlace, std::set<std::uint64_t>> positions;
    for (const FaultyValue& bit : bits) {
        if (bit.layer.ends_with(output_suffix))
            throw UsageError(
                "Faults in computed values (" + bit.layer +
                ") hit each image in another place, so they cannot be looked at on other images: choose a trial of stored values.");
        const auto place = places.find({bit.layer, bit.parameter});
        const ParameterInfo* own = place == places.end() ? nullptr : &parts[place->second.first].parameters[place->second.second];
        if (!own || bit.element < 0 || bit.element >= own->elements || bit.bit < 0 || bit.bit >= own->word_bits)
            throw UsageError("The open network has no bit " + std::to_string(bit.bit) + " of element " + std::to_string(bit.element) +
                             " in " + bit.layer + ", " + bit.parameter + ": open the network that the faults are of.");
        positions[place->second].insert(std::uint64_t(bit.element) * std::uint64_t(own->word_bits) + std::uint64_t(bit.bit));
    }
    TrialFaults faults;
    for (const auto& [place, own] : positions) {
        faults.parameters.push_back({place.first, place.second, {}});
        for (const std::uint64_t position : own) faults.parameters.back().bits.push_back({position, 0});
    }
    return faults;
}

FaultyValue fault_in_cell(const Network& network, const std::string& layer, bool is_negative, int bit, std::uint64_t random) {
    const std::vector<LayerInfo>& parts = network.memory_parts();
    const auto found = std::ranges::find(parts, layer, &LayerInfo::name);
    const std::vector<std::size_t> scope(found == parts.end() ? 0 : 1, std::size_t(found - parts.begin()));
    SignMasks masks;
    for (const std::size_t part : scope) masks[part][std::size_t(is_negative)] = bit >= 0 && bit < 32 ? 1U << bit : 0;
    const CriticalBits cell(parts, scope, memory_signs(network, scope), masks);
    if (cell.count() == 0)
        throw UsageError("No bit " + std::to_string(bit) + " of a " + (is_negative ? "negative" : "positive") + " value is stored in " +
                         layer + ": choose another cell, or open the network that the map is of.");
    const auto [place, position] = cell.bit(std::int64_t(random % std::uint64_t(cell.count())));
    return faulty_value(network, TrialFaults{.parameters = {{place.first, place.second, {{position, 0}}}}});
}

std::string inspection_to_json(const JobInputs& inputs, const Inspection& inspection) {
    Json json = {{"clipscope_version", version()},           {"kind", "inspect"},        {"model", inputs.model_name},
                 {"model_sha256", inputs.network->sha256()}, {"data", inputs.data_name}, {"protection", to_string(inspection.protection)}};
    write_memory(json, inputs.network->memory());
    json["bits"] = Json::array();
    for (const FaultyValue& bit : inspection.bits) json["bits"].push_back(bit_json(bit));
    json["images"] = Json::array();
    for (const ImageEffect& image : inspection.effects.images)
        json["images"].push_back(
            {{"label", image.label}, {"clean", answer_json(image.clean_logits)}, {"faulty", answer_json(image.logits)}});
    json["sites"] = Json::array();
    for (const SiteSpread& site : inspection.effects.sites)
        json["sites"].push_back({{"site", inputs.network->sites()[site.site].name},
                                 {"shape", site.shape},
                                 {"values", site.values},
                                 {"different", site.different},
                                 {"nonfinite", site.nonfinite},
                                 {"largest_clean", number_json(site.largest_clean)},
                                 {"largest", number_json(site.largest)},
                                 {"channels", site.channels}});
    return json_text(json);
}

}  // namespace clipscope
