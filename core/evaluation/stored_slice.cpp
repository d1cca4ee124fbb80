#include "evaluation/stored_slice.h"

#include <algorithm>

#include "evaluation/site_clipping.h"
#include "evaluation/stored_words.h"

namespace clipscope {
namespace {

using Index = std::vector<std::int64_t>;

Index index_in(const Index& shape, std::int64_t element) {
    Index index(shape.size());
    for (std::size_t i = shape.size(); i-- > 0;) {
        index[i] = element % shape[i];
        element /= shape[i];
    }
    return index;
}

// Of an element, what the words and the slice need to know.
struct Place {
    const LayerInfo& part;
    const ParameterInfo& parameter;
    ChannelLayout channels;
    std::int64_t element;
    Index index;

    bool is_convolution() const { return part.kind.starts_with("Conv") && !parameter.is_bias && index.size() > 2; }
    bool is_matrix() const { return part.kind == "Linear" && !parameter.is_bias && index.size() == 2; }
    // Whether a matrix is stored with its outputs along the rows.
    bool is_turned() const { return is_matrix() && channels.inner == 1 && parameter.shape[1] > 1; }
    std::int64_t output() const { return std::int64_t(channels.channel_of(std::size_t(element))); }
};

std::string words_of(const Place& place) {
    const auto with = [](const std::string& name, std::int64_t number) { return name + " " + std::to_string(number); };
    if (place.is_convolution()) {
        const bool is_output_first = place.channels.inner * place.channels.per_group == std::size_t(place.parameter.elements);
        std::string words = with("output channel", place.output()) + with(", input channel", place.index[is_output_first ? 1 : 0]);
        const std::vector<std::string> names = {", plane", ", row", ", column"};
        const std::size_t sizes = place.index.size() - 2;
        if (sizes == 1) return words + with(", place", place.index[2]);
        for (std::size_t i = 0; i < sizes; ++i) words += with(names[i + names.size() - std::min(sizes, names.size())], place.index[i + 2]);
        return words;
    }
    if (place.is_matrix()) return with("output neuron", place.output()) + with(", input", place.index[place.is_turned() ? 0 : 1]);
    if (place.parameter.is_bias && place.part.kind.starts_with("Conv")) return with("output channel", place.element);
    if (place.parameter.is_bias && place.part.kind == "Linear") return with("output neuron", place.element);
    if (place.part.part == MemoryPart::batch_norm) return with("channel", place.element);
    std::string words;
    for (const std::int64_t one : place.index) words += (words.empty() ? "place " : ", ") + std::to_string(one);
    return words.empty() ? "the only number" : words;
}

}  // namespace

StoredSlice stored_slice(const Network& network, const ParameterPlace& place, std::int64_t element) {
    const StoredWords words = stored_words(network, stored_thresholds(network, {}), place.first, place.second);
    const FoundPart& found = network.structure().parts[place.first];
    const Index& shape = words.info.shape;
    const ChannelLayout layout = place.second < found.channels.size() ? found.channels[place.second] : ChannelLayout();
    const Place own{network.memory_parts()[place.first], words.info, layout, element, index_in(shape, element)};
    StoredSlice slice{.words = words_of(own), .values = {}};
    std::int64_t step = 1, first = 0;
    if (own.is_turned()) {  // the neuron's weights stand below each other
        step = shape[1];
        slice.height = 1;
        slice.width = shape[0];
        slice.column = own.index[0];
        first = own.index[1];
    } else {
        slice.height = shape.size() > 3 ? shape[shape.size() - 2] : 1;
        slice.width = shape.empty() ? 1 : shape.back();
        slice.row = slice.height > 1 ? own.index[shape.size() - 2] : 0;
        slice.column = shape.empty() ? 0 : own.index.back();
        first = element - slice.row * slice.width - slice.column;
    }
    if (slice.height == 1 && slice.width > slice_limit) {
        const std::int64_t skipped = slice.column / slice_limit * slice_limit;
        first += skipped * step;
        slice.column -= skipped;
        slice.width = std::min(slice_limit, slice.width - skipped);
    }
    const float* values = words.values.data_ptr<float>();
    for (std::int64_t i = 0; i < slice.height * slice.width; ++i) slice.values.push_back(values[first + i * step]);
    return slice;
}

}  // namespace clipscope
