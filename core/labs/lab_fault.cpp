#include "labs/lab_fault.h"

#include <algorithm>

#include "campaign/inspector.h"
#include "common/error.h"
#include "evaluation/scoring.h"
#include "study/opened_job.h"

namespace clipscope {

NamedWord word_of(const LabFault& fault, const std::vector<LayerInfo>& parts, std::uint64_t seed) {
    const auto part = std::ranges::find(parts, fault.layer, &LayerInfo::name);
    if (part == parts.end()) throw Error("The lab is about a layer '" + fault.layer + "', which this network does not have.");
    const auto parameter = std::ranges::find_if(part->parameters, [&](const ParameterInfo& one) {
        return one.path == fault.parameter || one.path.ends_with("." + fault.parameter);
    });
    if (parameter == part->parameters.end())
        throw Error("The lab is about '" + fault.parameter + "' of " + fault.layer + ", which this network does not have.");
    const std::int64_t element = fault.element ? *fault.element : std::int64_t(seed % std::uint64_t(parameter->elements));
    if (element >= parameter->elements)
        throw Error("The lab is about element " + std::to_string(element) + " of " + parameter->path + ", which has " +
                    std::to_string(parameter->elements) + ".");
    return {part->name, parameter->path, element};
}

bool is_about(const Inspection& inspection, const std::string& format, const LabFault& fault, const NamedWord& word) {
    if (format != fault.format || inspection.protection != Protection::none || inspection.bits.size() != fault.bits.size()) return false;
    std::vector<int> bits;
    for (const FaultyValue& bit : inspection.bits) {
        if (bit.layer != word.layer || bit.parameter != word.parameter || bit.element != word.element) return false;
        bits.push_back(bit.bit);
    }
    std::ranges::sort(bits);
    return bits == fault.bits;
}

SeenFault seen_fault(const Inspection& inspection, const std::string& format) {
    const FaultyValue& word = inspection.bits.front();
    SeenFault seen{word.layer, word.parameter, word.element, {}, format, double(word.before), double(word.after)};
    for (const FaultyValue& bit : inspection.bits) seen.bits.push_back(bit.bit);
    std::ranges::sort(seen.bits);
    seen.changed = std::ranges::count_if(inspection.effects.images, [](const ImageEffect& image) {
        return answer_of(image.clean_logits).prediction != answer_of(image.logits).prediction;
    });
    return seen;
}

SeenFault look_at(const Lab& lab, const LabFault& fault, std::uint64_t seed) {
    JobSettings settings;
    settings.model = lab.model;
    settings.data = lab.data;
    settings.images = inspected_images;
    settings.seed = inspected_seed;
    settings.memory.format = NumberFormat::parse(fault.format);
    const JobInputs inputs = open_job(settings).evaluation;
    const std::vector<LayerInfo>& parts = inputs.network->memory_parts();
    const NamedWord word = word_of(fault, parts, seed);
    std::vector<std::string> names;
    for (const int bit : fault.bits)
        names.push_back(word.layer + ":" + word.parameter + ":" + std::to_string(word.element) + ":" + std::to_string(bit));
    Inspector inspector(inputs, {});
    const auto inspection = inspector.run(named_faults(names, parts), Protection::none, {});
    return seen_fault(inspection.value(), fault.format);
}

}  // namespace clipscope
