#include "network/formats/records/loaded_tensor.h"

#include <span>

namespace clipscope {

at::ScalarType scalar_type(ElementType type) {
    switch (type) {
        case ElementType::float32:
            return at::kFloat;
        case ElementType::float64:
            return at::kDouble;
        case ElementType::float16:
            return at::kHalf;
        case ElementType::bfloat16:
            return at::kBFloat16;
        case ElementType::uint8:
            return at::kByte;
        case ElementType::int8:
            return at::kChar;
        case ElementType::int16:
            return at::kShort;
        case ElementType::int32:
            return at::kInt;
        case ElementType::int64:
            return at::kLong;
        case ElementType::boolean:
            break;
    }
    return at::kBool;
}

at::Tensor load_tensor(const SavedObject& object, const StoredTensor& stored) {
    const at::ScalarType type = scalar_type(stored.type);
    at::Tensor storage = at::empty({std::int64_t(stored.record->size / bytes_of(stored.type))}, type);
    object.read_storage(stored, std::span(static_cast<std::uint8_t*>(storage.data_ptr()), stored.record->size));
    const at::Tensor tensor = storage.as_strided(stored.sizes, stored.strides, stored.offset).contiguous();
    return tensor.is_floating_point() ? tensor.to(at::kFloat) : tensor;
}

}  // namespace clipscope
