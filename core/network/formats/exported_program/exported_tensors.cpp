#include "network/formats/exported_program/exported_tensors.h"

#include <array>
#include <span>

#include "network/formats/records/loaded_tensor.h"

namespace clipscope {

std::optional<at::ScalarType> scalar_type_of(std::int64_t exported) {
    constexpr std::array types{at::kByte, at::kChar, at::kShort, at::kInt, at::kLong, at::kHalf, at::kFloat, at::kDouble};
    if (exported >= 1 && exported <= std::int64_t(types.size())) return types[std::size_t(exported - 1)];
    if (exported == 12) return at::kBool;
    if (exported == 13) return at::kBFloat16;
    return std::nullopt;
}

at::Tensor ExportedTensors::load(const LocatedTensor& located) {
    const StoredTensor& stored = located.tensor;
    at::Tensor& bytes = records_[stored.record];
    if (!bytes.defined()) {
        bytes = at::empty({std::int64_t(stored.record->size)}, at::kByte);
        located.archive->read_into(*stored.record, std::span(bytes.data_ptr<std::uint8_t>(), stored.record->size));
    }
    return at::empty({0}, scalar_type(stored.type)).set_(bytes.storage(), stored.offset, stored.sizes, stored.strides);
}

}  // namespace clipscope
