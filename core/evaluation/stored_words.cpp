#include "evaluation/stored_words.h"

#include <stdexcept>

#include "evaluation/site_clipping.h"

namespace clipscope {

StoredWords stored_words(const Network& network, const Clipping& thresholds, std::size_t part, std::size_t parameter) {
    static const ParameterCodec float32;
    const FoundPart& found = network.structure().parts[part];
    const ParameterInfo& info = network.memory_parts()[part].parameters[parameter];
    if (found.site) {
        const std::optional<float> threshold = thresholds.at(*found.site);
        if (!threshold) throw std::logic_error("no threshold is stored for " + found.info.name);
        return {info, at::full({1}, double(*threshold), at::kFloat), float32, threshold_slot(network, *found.site)};
    }
    const NamedTensor& named = network.program().tensors()[found.tensors[parameter]];
    return {info, named.tensor.contiguous(), network.codec(found.tensors[parameter]), named.slot};
}

}  // namespace clipscope
