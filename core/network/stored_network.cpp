// A network whose parameters lie in a memory of another format.
#include <bit>
#include <cstring>

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

// Integers hold weights; biases are added up in a wider type and stay float32.
NumberFormat format_of(const NumberFormat& format, bool is_weight) {
    return format.is_integer() && !is_weight ? NumberFormat{} : format;
}

bool is_selected(ParameterSelection selection, bool is_weight) {
    return selection == ParameterSelection::all || (selection == ParameterSelection::weights) == is_weight;
}

void round_values(const NamedTensor& named, const ParameterCodec& codec) {
    const std::span<float> values = values_of(named);
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = codec.decode(codec.encode(values[i], i), i);
}

}  // namespace

std::shared_ptr<const Network> Network::stored_in(const MemoryModel& memory) const {
    if (memory == this->memory()) return shared_from_this();
    auto contents = flatten(load_module(path(), metadata().architecture), path());
    contents->memory = memory;
    contents->codecs.resize(contents->program.tensors().size());
    std::int64_t faulty_bits = 0;
    std::vector<bool> is_stored(contents->codecs.size());
    for (std::size_t i = 0; i < contents->layers.size(); ++i) {
        LayerInfo& layer = contents->layers[i];
        layer.bits = 0;
        for (std::size_t k = 0; k < layer.parameters.size(); ++k) {
            const std::size_t tensor = contents->structure.layers[i].tensors[k];
            const NamedTensor& named = contents->program.tensors()[tensor];
            ParameterInfo& parameter = layer.parameters[k];
            const bool is_weight = k == 0;
            const NumberFormat format = format_of(memory.format, is_weight);
            if (format != NumberFormat{} && !is_stored[tensor]) {
                contents->codecs[tensor] = ParameterCodec(format, values_of(named), std::size_t(named.tensor.size(0)));
                round_values(named, contents->codecs[tensor]);
            }
            is_stored[tensor] = true;
            parameter.word_bits = format.bits();
            parameter.faulty_bits = is_selected(memory.parameters, is_weight) ? memory.bits.mask(format) : 0;
            layer.bits += parameter.elements * std::popcount(parameter.faulty_bits);
        }
        contents->structure.layers[i].info = layer;
        faulty_bits += layer.bits;
    }
    if (faulty_bits == 0) throw UsageError("No stored bit may be faulty (" + describe(memory) + "): choose other bits or parameters.");
    return std::shared_ptr<const Network>(new Network(std::move(contents)));
}

}  // namespace clipscope
