#include "evaluation/faulty_values.h"

#include <bit>

#include "evaluation/evaluator_state.h"
#include "faults/bit_faults.h"

namespace clipscope {
namespace {

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
        at::Tensor memory = original.clone();
        const std::span<float> after{memory.data_ptr<float>(), std::size_t(memory.numel())};
        const BitFaults faulty({after, network.codec(tensor), network.memory().kind}, parameter.bits, rate);
        for (const BitFaults::Word& word : faulty.words()) {
            const auto element = std::int64_t(word.element);
            for (std::uint32_t bits = word.asked; bits != 0; bits &= bits - 1) {
                values.push_back({.layer = layer.name,
                                  .parameter = info.path,
                                  .element = element,
                                  .index = index_of(element, info.shape),
                                  .bit = std::countr_zero(bits),
                                  .before = original.data_ptr<float>()[element],
                                  .after = after[word.element]});
            }
        }
    }
    return values;
}

}  // namespace clipscope
