#include "evaluation/memory_signs.h"

#include <cmath>
#include <unordered_map>

#include "network/layer_finder.h"
#include "network/program.h"

namespace clipscope {
namespace {

// By the slot of a layer's weight: the weight of the batch norm that follows it.
std::unordered_map<Slot, at::Tensor> norm_weights(const Network& network) {
    const std::vector<Step>& steps = network.program().steps();
    std::unordered_map<Slot, const Step*> makers;
    for (const Step& step : steps)
        for (const Slot slot : step.outputs) makers[slot] = &step;
    std::unordered_map<Slot, at::Tensor> tensors;
    for (const NamedTensor& named : network.program().tensors()) tensors[named.slot] = named.tensor;
    std::unordered_map<Slot, at::Tensor> weights;
    for (const FoundPart& part : network.structure().parts) {
        if (part.info.part != MemoryPart::batch_norm) continue;
        const Step& norm = steps[part.first_step];
        if (norm.inputs.size() < 2 || !norm.blocks.empty()) continue;
        const auto maker = makers.find(norm.inputs[0]);
        const auto weight = tensors.find(norm.inputs[1]);
        if (maker == makers.end() || weight == tensors.end() || maker->second->inputs.size() < 2) continue;
        weights[maker->second->inputs[1]] = weight->second.to(at::kCPU, at::kFloat).contiguous();
    }
    return weights;
}

}  // namespace

MemorySigns memory_signs(const Network& network, std::span<const std::size_t> parts) {
    const std::unordered_map<Slot, at::Tensor> norms = norm_weights(network);
    MemorySigns signs;
    for (const std::size_t part : parts) {
        const FoundPart& found = network.structure().parts[part];
        for (std::size_t i = 0; i < network.memory_parts()[part].parameters.size(); ++i) {
            auto bits = std::make_shared<SignBits>(std::size_t(network.memory_parts()[part].parameters[i].elements));
            if (!found.site) {
                const NamedTensor& named = network.program().tensors()[found.tensors[i]];
                const at::Tensor values = named.tensor.to(at::kCPU, at::kFloat).contiguous();
                const auto norm = norms.find(named.slot);
                const bool has_norm =
                    norm != norms.end() && i < found.channels.size() && std::size_t(norm->second.numel()) == found.channels[i].channels;
                const auto* numbers = values.data_ptr<float>();
                const auto* factors = has_norm ? norm->second.data_ptr<float>() : nullptr;
                for (std::size_t element = 0; element < std::size_t(values.numel()); ++element) {
                    const bool is_turned = factors && std::signbit(factors[found.channels[i].channel_of(element)]);
                    if (std::signbit(numbers[element]) != is_turned) bits->set_negative(element);
                }
            }
            bits->finish();
            signs[{part, i}] = std::move(bits);
        }
    }
    return signs;
}

}  // namespace clipscope
