#include "evaluation/stored_words.h"

#include "common/error.h"
#include "evaluation/site_clipping.h"

namespace clipscope {

StoredWords stored_words(const Network& network, const Clipping& thresholds, std::size_t part, std::size_t parameter) {
    static const ParameterCodec float32;
    const FoundPart& found = network.structure().parts[part];
    const ParameterInfo& info = network.memory_parts()[part].parameters[parameter];
    if (found.site) {
        const std::optional<float> threshold = thresholds.at(*found.site);
        if (!threshold)
            throw UsageError("No threshold is stored for " + found.info.name +
                             ", so no fault can hit it: clip it, or choose another part.");
        return {info, at::full({1}, double(*threshold), at::kFloat), float32, threshold_slot(network, *found.site)};
    }
    const NamedTensor& named = network.program().tensors()[found.tensors[parameter]];
    return {info, named.tensor.contiguous(), network.codec(found.tensors[parameter]), named.slot};
}

ParameterMemory memory_of_parameter(const Network& network, const StoredWords& words, at::Tensor& copy,
                                    const std::shared_ptr<const ProtectedMemory>& protection, std::span<const MarkedBit> check_bits,
                                    double rate) {
    const FaultKind kind = network.memory().kind;
    return {.values = {copy.data_ptr<float>(), std::size_t(copy.numel())},
            .codec = words.codec,
            .kind = kind,
            .read = reading(protection, words.info, kind, check_bits, rate)};
}

}  // namespace clipscope
