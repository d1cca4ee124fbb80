#include "evaluation/faulty_values.h"

#include <bit>

#include "evaluation/site_clipping.h"
#include "evaluation/stored_words.h"
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

FaultyValue described(const Network& network, std::size_t part, const StoredWords& words, std::int64_t element, int bit, float after) {
    return {.layer = network.memory_parts()[part].name,
            .parameter = words.info.path,
            .element = element,
            .index = index_of(element, words.info.shape),
            .bit = bit,
            .before = words.values.data_ptr<float>()[element],
            .after = after};
}

}  // namespace

std::vector<FaultyValue> faulty_values(const Network& network, const TrialFaults& faults, double rate, const Clipping& clipping) {
    const Clipping thresholds = stored_thresholds(network, clipping);
    std::vector<FaultyValue> values;
    for (const TrialFaults::OfParameter& parameter : faults.by_parameter()) {
        const StoredWords words = stored_words(network, thresholds, parameter.place.first, parameter.place.second);
        at::Tensor memory = words.values.clone();
        const float* after = memory.data_ptr<float>();
        const BitFaults faulty(memory_of_parameter(network, words, memory, faults.memory, parameter.check_bits, rate), parameter.bits,
                               rate);
        for (const FaultyWord& word : faulty.words()) {
            const auto element = std::int64_t(word.element);
            for (std::uint32_t bits = word.asked; bits != 0; bits &= bits - 1)
                values.push_back(described(network, parameter.place.first, words, element, std::countr_zero(bits), after[word.element]));
        }
    }
    return values;
}

StoredNumber stored_number(const Network& network, const ParameterPlace& place, std::int64_t element) {
    const StoredWords words = stored_words(network, stored_thresholds(network, {}), place.first, place.second);
    const float value = words.values.data_ptr<float>()[element];
    return {words.codec.format(), words.codec.encode(value, std::size_t(element)), value, index_of(element, words.info.shape)};
}

FaultyValue faulty_value(const Network& network, const TrialFaults& fault) {
    const ParameterFaults& parameter = fault.parameters.at(0);
    const StoredWords words = stored_words(network, stored_thresholds(network, {}), parameter.layer, parameter.parameter);
    const auto bits = std::uint64_t(words.info.word_bits);
    const std::uint64_t element = parameter.bits.at(0).position / bits, bit = parameter.bits.at(0).position % bits;
    const std::uint32_t clean = words.codec.encode(words.values.data_ptr<float>()[element], element);
    const std::uint32_t faulty = with_faults(clean, 1U << bit, network.memory().kind);
    return described(network, parameter.layer, words, std::int64_t(element), int(bit), words.codec.decode(faulty, element));
}

}  // namespace clipscope
