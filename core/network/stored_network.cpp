// A network whose parameters lie in a memory of another format.
#include <algorithm>

#include "common/error.h"
#include "network/model_file.h"
#include "network/network.h"
#include "network/network_contents.h"

namespace clipscope {
namespace {

// Only rows of numbers that are stored side by side can be rounded where they are.
std::span<float> values_of(const NamedTensor& named) {
    if (!named.tensor.is_contiguous()) throw Error("The parameter " + named.path + " is not stored row by row, so it keeps to float32.");
    return {named.tensor.data_ptr<float>(), std::size_t(named.tensor.numel())};
}

// Integers hold weights; biases are added up in a wider type and stay float32, as do numbers of other parts than computational layers.
NumberFormat format_of(const MemoryModel& memory, MemoryPart part, bool is_weight) {
    return part != MemoryPart::layer || (memory.format.is_integer() && !is_weight) ? NumberFormat{} : memory.format;
}

bool is_selected(const MemoryModel& memory, MemoryPart part, bool is_weight) {
    const ParameterSelection selection = memory.parameters;
    return part != MemoryPart::layer || selection == ParameterSelection::all || (selection == ParameterSelection::weights) == is_weight;
}

void round_values(const NamedTensor& named, const ParameterCodec& codec) {
    const std::span<float> values = values_of(named);
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = codec.decode(codec.encode(values[i], i), i);
}

// `own`: the codecs of a network whose file stores integers, which float32 leaves as they are; empty for others.
void describe_bits(FoundPart& found, const MemoryModel& memory, const std::vector<ParameterCodec>& own) {
    LayerInfo& part = found.info;
    part.bits = 0;
    for (std::size_t k = 0; k < part.parameters.size(); ++k) {
        ParameterInfo& parameter = part.parameters[k];
        const bool is_weight = !parameter.is_bias;
        NumberFormat format = format_of(memory, part.part, is_weight);
        if (format == NumberFormat{} && k < found.tensors.size() && !own.empty()) format = own[found.tensors[k]].format();
        parameter.word_bits = format.bits();
        parameter.faulty_bits = is_selected(memory, part.part, is_weight) ? memory.bits.mask(format) : 0;
        parameter.pattern = memory.pattern;
        part.bits += count_fault_places(parameter);
    }
}

}  // namespace

std::shared_ptr<const Network> Network::stored_in(const MemoryModel& memory) const {
    if (memory == this->memory()) return shared_from_this();
    auto contents = flatten(load_module_again(*this), path());
    contents->memory = memory;
    contents->codecs.resize(contents->program.tensors().size());
    std::vector<bool> is_stored(contents->codecs.size());
    for (FoundPart& part : contents->structure.parts) {
        describe_bits(part, memory, contents->codecs);
        for (std::size_t k = 0; k < part.tensors.size(); ++k) {
            const std::size_t tensor = part.tensors[k];
            const NumberFormat format = format_of(memory, part.info.part, !part.info.parameters[k].is_bias);
            if (format != NumberFormat{} && !is_stored[tensor]) {
                const NamedTensor& named = contents->program.tensors()[tensor];
                contents->codecs[tensor] = ParameterCodec(format, values_of(named), part.channels[k]);
                round_values(named, contents->codecs[tensor]);
            }
            is_stored[tensor] = true;
        }
    }
    contents->note_parts();
    auto network = std::shared_ptr<const Network>(new Network(std::move(contents)));
    if (network->fault_bits() == 0)
        throw UsageError("No stored bit may be faulty (" + describe(memory) + "): choose other bits, parameters or patterns.");
    return network;
}

}  // namespace clipscope
