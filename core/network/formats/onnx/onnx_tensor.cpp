#include "network/formats/onnx/onnx_tensor.h"

#include <cstring>

#include "common/error.h"
#include "network/formats/onnx/onnx_file.h"

namespace clipscope {

namespace {

using onnx::TensorProto;

template <class Stored>
at::Tensor from_raw(const TensorProto& stored, at::ScalarType type) {
    const std::string& raw = stored.raw_data();
    const std::int64_t count = std::int64_t(raw.size() / sizeof(Stored));
    at::Tensor values = at::empty({count}, type);
    if (count > 0) std::memcpy(values.data_ptr(), raw.data(), raw.size());
    return values;
}

// What LibTorch has no type for, one by one into a wider one.
template <class Stored>
at::Tensor widened(const TensorProto& stored, at::ScalarType type) {
    const std::string& raw = stored.raw_data();
    at::Tensor wide = at::empty({std::int64_t(raw.size() / sizeof(Stored))}, at::kLong);
    for (std::int64_t i = 0; i < wide.numel(); ++i) {
        Stored number;
        std::memcpy(&number, raw.data() + std::size_t(i) * sizeof(Stored), sizeof(Stored));
        wide.data_ptr<std::int64_t>()[i] = std::int64_t(number);
    }
    return wide.to(type);
}

template <class Stored>
at::Tensor from_numbers(const google::protobuf::RepeatedField<Stored>& numbers, at::ScalarType type) {
    const std::int64_t count = numbers.size();
    at::Tensor values = at::empty({count}, c10::CppTypeToScalarType<Stored>::value);
    if (count > 0) std::memcpy(values.data_ptr(), numbers.data(), std::size_t(count) * sizeof(Stored));
    return values.to(type);
}

// Words of half precision, stored as the low halves of int32 numbers.
at::Tensor half_words(const TensorProto& stored) {
    const at::Tensor words =
        stored.has_raw_data() ? from_raw<std::int16_t>(stored, at::kShort) : from_numbers(stored.int32_data(), at::kShort);
    return words.view(stored.data_type() == TensorProto::FLOAT16 ? at::kHalf : at::kBFloat16).to(at::kFloat);
}

at::Tensor flat_values(const TensorProto& stored) {
    const at::ScalarType type = scalar_type_of(stored.data_type());
    const bool is_raw = stored.has_raw_data();
    switch (stored.data_type()) {
        case TensorProto::FLOAT:
            return is_raw ? from_raw<float>(stored, type) : from_numbers(stored.float_data(), type);
        case TensorProto::DOUBLE:
            return is_raw ? from_raw<double>(stored, type) : from_numbers(stored.double_data(), type);
        case TensorProto::FLOAT16:
        case TensorProto::BFLOAT16:
            return half_words(stored);
        case TensorProto::INT64:
            return is_raw ? from_raw<std::int64_t>(stored, type) : from_numbers(stored.int64_data(), type);
        case TensorProto::INT32:
            return is_raw ? from_raw<std::int32_t>(stored, type) : from_numbers(stored.int32_data(), type);
        case TensorProto::INT16:
            return is_raw ? from_raw<std::int16_t>(stored, type) : from_numbers(stored.int32_data(), type);
        case TensorProto::INT8:
            return is_raw ? from_raw<std::int8_t>(stored, type) : from_numbers(stored.int32_data(), type);
        case TensorProto::UINT8:
            return is_raw ? from_raw<std::uint8_t>(stored, type) : from_numbers(stored.int32_data(), type);
        case TensorProto::BOOL:
            return is_raw ? from_raw<std::uint8_t>(stored, at::kByte).to(type) : from_numbers(stored.int32_data(), type);
        case TensorProto::UINT16:
            return is_raw ? widened<std::uint16_t>(stored, type) : from_numbers(stored.int32_data(), type);
        default:
            break;
    }
    at::Tensor wide = at::empty({std::int64_t(stored.uint64_data_size())}, at::kLong);
    for (int i = 0; i < stored.uint64_data_size(); ++i) wide.data_ptr<std::int64_t>()[i] = std::int64_t(stored.uint64_data(i));
    if (!is_raw) return wide;
    return stored.data_type() == TensorProto::UINT32 ? widened<std::uint32_t>(stored, type) : from_raw<std::int64_t>(stored, type);
}

}  // namespace

at::ScalarType scalar_type_of(int onnx_type) {
    switch (onnx_type) {
        case TensorProto::FLOAT:
        case TensorProto::FLOAT16:
        case TensorProto::BFLOAT16:
            return at::kFloat;
        case TensorProto::DOUBLE:
            return at::kDouble;
        case TensorProto::INT8:
            return at::kChar;
        case TensorProto::UINT8:
            return at::kByte;
        case TensorProto::INT16:
            return at::kShort;
        case TensorProto::UINT16:
        case TensorProto::INT32:
            return at::kInt;
        case TensorProto::UINT32:
        case TensorProto::INT64:
        case TensorProto::UINT64:
            return at::kLong;
        case TensorProto::BOOL:
            return at::kBool;
        default:
            throw Error("it computes with elements of a type (" + std::to_string(onnx_type) + ") that no network for images needs");
    }
}

at::Tensor to_tensor(const TensorProto& stored) {
    const std::vector<std::int64_t> shape(stored.dims().begin(), stored.dims().end());
    const at::Tensor flat = flat_values(stored);
    std::int64_t count = 1;
    for (const std::int64_t dim : shape) count *= dim;
    if (flat.numel() != count) throw Error("its tensor \"" + stored.name().substr(0, 60) + "\" has not as many elements as its shape says");
    return flat.reshape(shape);
}

TensorProto to_proto(const at::Tensor& integers) {
    TensorProto proto;
    proto.set_data_type(TensorProto::INT64);
    for (const std::int64_t dim : integers.sizes()) proto.add_dims(dim);
    const at::Tensor flat = integers.to(at::kLong).contiguous();
    for (std::int64_t i = 0; i < flat.numel(); ++i) proto.add_int64_data(flat.data_ptr<std::int64_t>()[i]);
    return proto;
}

}  // namespace clipscope
