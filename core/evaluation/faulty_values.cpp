#include "evaluation/faulty_values.h"

#include <algorithm>
#include <bit>

#include "evaluation/evaluator_state.h"

namespace clipscope {
namespace {

constexpr std::uint64_t word_bits = 32;

std::vector<std::int64_t> index_of(std::int64_t element, const std::vector<std::int64_t>& shape) {
    std::vector<std::int64_t> index(shape.size());
    for (std::size_t i = shape.size(); i-- > 0;) {
        index[i] = element % shape[i];
        element /= shape[i];
    }
    return index;
}

}  // namespace

std::vector<FaultyValue> faulty_values(const Network& network, const TrialFaults& faults, double rate) {
    std::vector<FaultyValue> values;
    for (const ParameterFaults& parameter : faults.parameters) {
        const LayerInfo& layer = network.layers()[parameter.layer];
        const ParameterInfo& info = layer.parameters[parameter.parameter];
        const std::size_t tensor = network.structure().layers[parameter.layer].tensors[parameter.parameter];
        const at::Tensor original = network.program().tensors()[tensor].tensor.contiguous();
        const std::size_t first = values.size();
        for (const MarkedBit& bit : parameter.bits) {
            if (!(bit.mark < rate)) continue;
            FaultyValue value{.layer = layer.name, .parameter = info.path, .element = std::int64_t(bit.position / word_bits), .index = {}};
            value.index = index_of(value.element, info.shape);
            value.bit = int(bit.position % word_bits);
            value.before = original.data_ptr<float>()[value.element];
            values.push_back(std::move(value));
        }
        for (std::size_t i = first; i < values.size(); ++i) {
            std::uint32_t mask = 0;
            for (std::size_t k = first; k < values.size(); ++k)
                if (values[k].element == values[i].element) mask |= std::uint32_t(1) << values[k].bit;
            values[i].after = std::bit_cast<float>(std::bit_cast<std::uint32_t>(values[i].before) ^ mask);
        }
    }
    return values;
}

}  // namespace clipscope
