// Sizes on their way from Shape to Reshape and the like: vectors of integers of which some elements are known, some count images and some
// only a run can tell. What this file does not follow becomes a tensor that the network computes.
#include <algorithm>
#include <optional>

#include "network/formats/onnx/onnx_node.h"
#include "network/formats/onnx/onnx_tensor.h"

namespace clipscope {

namespace {

using Numbers = std::vector<Number>;

constexpr std::int64_t max_followed = 64;  // elements

void take_shape(OnnxNode& node) {
    const Shape& shape = node.shape(0);
    const auto rank = std::int64_t(shape.size());
    const auto place = [&](std::int64_t at) { return std::clamp<std::int64_t>(at < 0 ? at + rank : at, 0, rank); };
    Numbers numbers;
    for (std::int64_t dim = place(node.integer("start", 0)); dim < place(node.integer("end", rank)); ++dim) {
        Number size = shape[std::size_t(dim)];
        if (size.kind == Number::Kind::computed) size.value = node.graph().size_of(node.in(0), std::size_t(dim));
        numbers.push_back(size);
    }
    node.set_numbers(numbers, false);
}

void take_size(OnnxNode& node) {
    Number product = Number::of(1);
    for (const Number& size : node.shape(0)) {
        if (size.kind == Number::Kind::computed || (size.is_batch() && product.is_batch()))
            node.fail("the sizes of its input are not known");
        product = {size.is_batch() ? size.kind : product.kind, product.count * size.count, nullptr};
    }
    node.set_numbers({product}, true);
}

std::optional<Numbers> numbers_of(OnnxNode& node, std::size_t input) {
    const OnnxValue& value = node.in(input);
    if (value.numbers) return value.numbers;
    const bool is_vector = value.constant.defined() && at::isIntegralType(value.constant.scalar_type(), true) &&
                           value.constant.dim() <= 1 && value.constant.numel() <= max_followed;
    return is_vector ? std::optional(node.numbers(input)) : std::nullopt;
}

bool is_scalar(OnnxNode& node, std::size_t input) {
    return node.shape(input).empty();
}

// In one run, with int steps.
Number computed(OnnxNode& node, const std::string& operation, const Number& a, const Number& b) {
    const std::string name = operation == "Add"   ? "aten::add"
                             : operation == "Sub" ? "aten::sub"
                             : operation == "Mul" ? "aten::mul"
                                                  : "aten::floordiv";
    torch::jit::Value* left = node.graph().number(a);
    torch::jit::Value* right = node.graph().number(b);
    return {Number::Kind::computed, 0, node.insert(name, {left, right})};
}

Number combined(OnnxNode& node, const std::string& operation, const Number& a, const Number& b) {
    std::int64_t count = 0;
    if (a.is_known() && b.is_known()) {
        const bool fits = operation == "Add"   ? !__builtin_add_overflow(a.count, b.count, &count)
                          : operation == "Sub" ? !__builtin_sub_overflow(a.count, b.count, &count)
                          : operation == "Mul" ? !__builtin_mul_overflow(a.count, b.count, &count)
                                               : b.count > 0;
        if (!fits) node.fail("its numbers make no sense as sizes");
        return Number::of(operation == "Div" ? a.count / b.count : count);
    }
    if (operation == "Mul" && (a.is_batch() != b.is_batch()) && (a.is_known() || b.is_known()) &&
        !__builtin_mul_overflow(a.count, b.count, &count))
        return Number::images(count);
    if (operation == "Div" && a.is_batch() && b.is_known() && b.count > 0 && a.count % b.count == 0)
        return Number::images(a.count / b.count);
    if (operation == "Div" && a.is_batch() && b.is_batch() && b.count > 0 && a.count % b.count == 0) return Number::of(a.count / b.count);
    if (node.graph().any_batch()) throw NeedsFixedBatch();
    return computed(node, operation, a, b);
}

bool combine(OnnxNode& node) {
    const auto left = numbers_of(node, 0), right = numbers_of(node, 1);
    if (!left || !right || left->empty() || right->empty()) return false;
    const std::size_t count = std::max(left->size(), right->size());
    if ((left->size() != count && left->size() != 1) || (right->size() != count && right->size() != 1)) return false;
    Numbers result;
    for (std::size_t i = 0; i < count; ++i)
        result.push_back(combined(node, node.proto().op_type(), (*left)[left->size() == 1 ? 0 : i], (*right)[right->size() == 1 ? 0 : i]));
    node.set_numbers(result, is_scalar(node, 0) && is_scalar(node, 1));
    return true;
}

bool join(OnnxNode& node) {
    Numbers result;
    for (std::size_t i = 0; i < node.input_count(); ++i) {
        const auto part = numbers_of(node, i);
        if (!part || is_scalar(node, i)) return false;
        result.insert(result.end(), part->begin(), part->end());
    }
    node.set_numbers(result, false);
    return true;
}

bool pick(OnnxNode& node) {
    const auto from = numbers_of(node, 0);
    if (!from || is_scalar(node, 0) || !node.in(1).constant.defined() || node.rank(1) > 1) return false;
    Numbers result;
    for (std::int64_t place : node.integers(1)) result.push_back((*from)[node.axis_of(place, int(from->size()))]);
    node.set_numbers(result, is_scalar(node, 1));
    return true;
}

bool cut(OnnxNode& node) {
    const auto from = numbers_of(node, 0);
    if (!from || is_scalar(node, 0)) return false;
    const bool is_old = node.opset() < 10;
    const Integers starts = is_old ? node.list("starts") : node.integers(1), ends = is_old ? node.list("ends") : node.integers(2);
    const Integers steps = !is_old && node.has(4) ? node.integers(4) : Integers{1};
    if (starts.size() != 1 || ends.size() != 1 || steps.size() != 1 || steps[0] <= 0) return false;
    const auto count = std::int64_t(from->size());
    const auto place = [&](std::int64_t at) { return std::clamp<std::int64_t>(at < 0 ? at + count : at, 0, count); };
    Numbers result;
    for (std::int64_t i = place(starts[0]); i < place(ends[0]); i += std::min(steps[0], count)) result.push_back((*from)[std::size_t(i)]);
    node.set_numbers(result, false);
    return true;
}

// where(shape == -1, ones, shape), as PyTorch writes expand().
bool choose(OnnxNode& node) {
    const auto chosen = numbers_of(node, 0), first = numbers_of(node, 1), second = numbers_of(node, 2);
    if (!chosen || !first || !second || first->size() != chosen->size() || second->size() != chosen->size()) return false;
    Numbers result;
    for (std::size_t i = 0; i < chosen->size(); ++i) {
        if (!(*chosen)[i].is_known()) return false;
        result.push_back((*chosen)[i].count != 0 ? (*first)[i] : (*second)[i]);
    }
    node.set_numbers(result, is_scalar(node, 0));
    return true;
}

// Sizes are never negative: none that is not known beforehand is equal to -1.
bool compare(OnnxNode& node) {
    const auto left = numbers_of(node, 0), right = numbers_of(node, 1);
    if (!left || !right || left->size() != right->size()) return false;
    at::Tensor result = at::zeros({std::int64_t(left->size())}, at::kBool);
    for (std::size_t i = 0; i < left->size(); ++i) {
        const Number &a = (*left)[i], &b = (*right)[i];
        const bool is_apart = (a.is_known() && a.count < 0) || (b.is_known() && b.count < 0);
        if (a.is_known() && b.is_known())
            result.data_ptr<bool>()[i] = a.count == b.count;
        else if (!is_apart)
            return false;
    }
    node.set_known(is_scalar(node, 0) ? result.reshape({}) : result);
    node.set_type(onnx::TensorProto::BOOL);
    return true;
}

bool keep(OnnxNode& node, bool is_now_scalar) {
    const auto from = numbers_of(node, 0);
    if (!from || (is_now_scalar && from->size() != 1)) return false;
    node.set_numbers(*from, is_now_scalar);
    return true;
}

bool has_followed(OnnxNode& node) {
    for (std::size_t i = 0; i < node.input_count(); ++i)
        if (node.has(i) && node.in(i).numbers) return true;
    return false;
}

bool is_integer_cast(OnnxNode& node) {
    const auto type = node.integer("to", 0);
    return type == onnx::TensorProto::INT64 || type == onnx::TensorProto::INT32;
}

}  // namespace

bool follow_sizes(OnnxNode& node) {
    const std::string& type = node.proto().op_type();
    if (type == "Shape" || type == "Size") {
        type == "Shape" ? take_shape(node) : take_size(node);
        return true;
    }
    if (!has_followed(node)) return false;
    if (type == "Add" || type == "Sub" || type == "Mul" || type == "Div") return combine(node);
    if (type == "Concat") return join(node);
    if (type == "Gather") return pick(node);
    if (type == "Slice") return cut(node);
    if (type == "Where") return choose(node);
    if (type == "Equal") return compare(node);
    if (type == "Unsqueeze") return is_scalar(node, 0) && keep(node, false);
    if (type == "Squeeze") return !is_scalar(node, 0) && keep(node, true);
    if (type == "Reshape")
        return node.in(1).constant.defined() && node.in(1).constant.numel() <= 1 && keep(node, node.in(1).constant.numel() == 0);
    if (type == "Cast") return is_integer_cast(node) && keep(node, is_scalar(node, 0));
    return false;
}

}  // namespace clipscope
