// What changes the shape of a tensor, or makes one.
#include <algorithm>
#include <numeric>

#include "network/formats/onnx/onnx_node.h"
#include "network/formats/onnx/onnx_tensor.h"

namespace clipscope {

namespace {

using torch::jit::Value;

// The product of known numbers; where one counts images, of these numbers for each image. Nothing where one is computed or two count
// images.
std::optional<Number> product(const std::vector<Number>& numbers) {
    Number result = Number::of(1);
    for (const Number& number : numbers) {
        if (number.kind == Number::Kind::computed || number.count < 0 || (number.is_batch() && result.is_batch())) return std::nullopt;
        if (__builtin_mul_overflow(result.count, number.count, &result.count)) return std::nullopt;
        if (number.is_batch()) result.kind = Number::Kind::batch;
    }
    return result;
}

// The shape that a Reshape asks for: 0 is the input's size there, -1 what is left.
class WantedShape {
public:
    WantedShape(OnnxNode& node, std::vector<Number> wanted) : node_(node), shape_(std::move(wanted)), total_(product(node.shape(0))) {
        copy_zeros();
        if (node.graph().any_batch() && total_ && total_->is_batch()) spread_batch();
        find_rest();
    }

    const Shape& shape() const { return shape_; }
    std::optional<std::size_t> rest() const { return rest_; }

private:
    void copy_zeros() {
        const bool keeps_zeros = node_.integer("allowzero", 0) != 0;
        for (std::size_t dim = 0; dim < shape_.size(); ++dim)
            if (shape_[dim].is_known() && shape_[dim].count == 0 && !keeps_zeros) {
                if (dim >= node_.shape(0).size()) node_.fail("it copies a dimension that its input has not");
                shape_[dim] = node_.shape(0)[dim];
                if (shape_[dim].kind == Number::Kind::computed) shape_[dim].value = node_.graph().size_of(node_.in(0), dim);
            }
        for (std::size_t dim = 0; dim < shape_.size(); ++dim)
            if (shape_[dim].is_known() && shape_[dim].count == -1) rest_ = dim;
    }

    // What the file says of its own number of images, said of any: the first dimension takes what the others leave of each image. The same
    // where these divide the image's elements, as images lie one after the other.
    void spread_batch() {
        if (shape_.empty()) throw NeedsFixedBatch();
        std::int64_t others = 1;
        bool has_rest = false;
        for (std::size_t dim = 1; dim < shape_.size(); ++dim) {
            if (!shape_[dim].is_known()) throw NeedsFixedBatch();
            if (shape_[dim].count == -1)
                has_rest = true;
            else if (__builtin_mul_overflow(others, shape_[dim].count, &others))
                throw NeedsFixedBatch();
        }
        const std::int64_t of_file = node_.graph().batch_of_file();
        if (has_rest) {  // then the first dimension says how many rows the file's images make
            if (shape_[0].is_batch()) return;
            const std::int64_t rows = shape_[0].count;
            if (!shape_[0].is_known() || rows <= 0 || of_file <= 0 || rows % of_file != 0) throw NeedsFixedBatch();
            shape_[0] = Number::images(rows / of_file);
            return;
        }
        if (others <= 0 || total_->count % others != 0) throw NeedsFixedBatch();
        shape_[0] = Number::images(total_->count / others);
        rest_.reset();
    }

    // -1 by what is known of the others.
    void find_rest() {
        if (!rest_ || !total_) return;
        std::vector<Number> others = shape_;
        others.erase(others.begin() + std::ptrdiff_t(*rest_));
        const auto taken = product(others);
        if (!taken || taken->count <= 0 || total_->count % taken->count != 0) return;
        if (taken->is_batch() && !total_->is_batch()) return;
        shape_[*rest_] = taken->is_batch() == total_->is_batch() ? Number::of(total_->count / taken->count)
                                                                 : Number::images(total_->count / taken->count);
        rest_.reset();
    }

    OnnxNode& node_;
    Shape shape_;
    std::optional<Number> total_;
    std::optional<std::size_t> rest_;
};

// No step counts images where that can be left open: the one size that is not known beforehand is -1.
void reshape_to(OnnxNode& node, const WantedShape& wanted) {
    Shape shape = wanted.shape();
    const Shape& from = node.shape(0);
    Shape known = shape;
    if (wanted.rest()) known[*wanted.rest()] = Number{};
    node.set_shape(known);
    const bool is_rows =
        shape.size() == 2 && from.size() > 2 && shape[0].is_batch() && from[0].is_batch() && shape[0].count == from[0].count;
    if (is_rows) {
        node.set(node.insert("aten::flatten", {node.value(0), c10::IValue(1), c10::IValue(-1)}));
        return;
    }
    const auto is_open = [](const Number& number) { return !number.is_known(); };
    if (!wanted.rest() && std::ranges::count_if(shape, is_open) == 1) *std::ranges::find_if(shape, is_open) = Number::of(-1);
    node.set(node.insert("aten::reshape", {node.value(0), node.number_list(shape)}));
}

void reshape(OnnxNode& node) {
    std::vector<Number> wanted;
    if (node.opset() < 5 || !node.has(1))
        for (const std::int64_t size : node.list("shape")) wanted.push_back(Number::of(size));
    else
        wanted = node.numbers(1);
    reshape_to(node, WantedShape(node, wanted));
}

void flatten(OnnxNode& node) {
    const int rank = node.rank(0);
    const std::int64_t given = node.integer("axis", 1);
    const std::int64_t axis = given < 0 ? given + rank : given;
    if (axis < 0 || axis > rank) node.fail("its axis is none of its input's");
    if (axis == 0) node.works_along(0, 0);
    Value* x = node.value(0);
    const auto one = [&](std::int64_t from, std::int64_t to, Value* y) {
        return from > to ? node.insert("aten::unsqueeze", {y, c10::IValue(from)})
                         : node.insert("aten::flatten", {y, c10::IValue(from), c10::IValue(to)});
    };
    x = one(axis, rank - 1, x);
    if (axis != 1) x = one(0, axis - 1, x);
    node.set(x);
}

void transpose(OnnxNode& node) {
    const std::size_t rank = std::size_t(node.rank(0));
    Integers order = node.list("perm");
    if (order.empty()) {
        order.resize(rank);
        std::iota(order.rbegin(), order.rend(), 0);
    }
    if (order.size() != rank) node.fail("it permutes other dimensions than its input has");
    node.set(node.insert("aten::permute", {node.value(0), order}));
}

Integers axes_of(OnnxNode& node, int rank) {
    Integers axes = node.opset() >= 13 && node.has(1) ? node.integers(1) : node.list("axes");
    for (std::int64_t& axis : axes) axis = std::int64_t(node.axis_of(axis, rank));
    std::ranges::sort(axes);
    return axes;
}

void squeeze(OnnxNode& node) {
    Integers axes = axes_of(node, node.rank(0));
    Value* x = node.value(0);
    if (axes.empty())
        for (int dim = 0; dim < node.rank(0); ++dim)
            if (node.known_dim(0, std::size_t(dim)) == 1) axes.push_back(dim);
    for (auto axis = axes.rbegin(); axis != axes.rend(); ++axis) {
        node.works_along(0, std::size_t(*axis));
        x = node.insert("aten::squeeze", {x, c10::IValue(*axis)});
    }
    node.set(x);
}

void unsqueeze(OnnxNode& node) {
    const std::size_t count = (node.opset() >= 13 && node.has(1) ? node.integers(1) : node.list("axes")).size();
    Value* x = node.value(0);
    for (const std::int64_t axis : axes_of(node, node.rank(0) + int(count))) x = node.insert("aten::unsqueeze", {x, c10::IValue(axis)});
    node.set(x);
}

// A constant that stands beside images, said for one, is said for each.
Value* for_each_image(OnnxNode& node, std::size_t input, std::size_t other) {
    Value* value = node.value(input);
    if (!node.graph().any_batch() || !node.in(input).constant.defined()) return value;
    const Shape& shape = node.shape(input);
    if (shape.empty() || !shape[0].is_known() || shape[0].count != 1 || !node.shape(other)[0].is_batch()) throw NeedsFixedBatch();
    std::vector<Number> sizes(shape.size(), Number::of(-1));
    sizes[0] = node.shape(other)[0];
    return node.insert("aten::expand", {value, node.number_list(sizes)});
}

void concatenate(OnnxNode& node) {
    const std::size_t axis = node.axis(node.integer("axis", 1));
    std::vector<Value*> parts;
    std::optional<std::size_t> image;
    for (std::size_t i = 0; i < node.input_count(); ++i) {
        node.works_along(i, axis);
        if (!node.in(i).constant.defined() && !image) image = i;
    }
    for (std::size_t i = 0; i < node.input_count(); ++i) parts.push_back(image ? for_each_image(node, i, *image) : node.value(i));
    node.set(node.insert_list("aten::cat", parts, {c10::IValue(std::int64_t(axis))}));
    if (!image || !node.graph().any_batch()) return;
    Shape shape = node.shape(*image);
    shape[axis] = Number::of(0);
    for (std::size_t i = 0; i < node.input_count(); ++i) shape[axis].count += node.known_dim(i, axis);
    node.set_shape(shape);
}

void split(OnnxNode& node) {
    const std::size_t axis = node.axis(node.integer("axis", 0)), parts = node.output_count();
    node.works_along(0, axis);
    const std::int64_t size = node.known_dim(0, axis);
    Integers sizes = node.has(1) ? node.integers(1) : node.list("split");
    if (sizes.empty()) {
        const std::int64_t count = node.integer("num_outputs", std::int64_t(parts));
        if (count < 1) node.fail("it splits into nothing");
        const std::int64_t each = (size + count - 1) / count;
        for (std::int64_t start = 0; std::int64_t(sizes.size()) < std::int64_t(parts); start += each)
            sizes.push_back(std::clamp<std::int64_t>(size - start, 0, each));
    }
    if (sizes.size() < parts) node.fail("it has more outputs than parts");
    std::int64_t start = 0;
    for (std::size_t part = 0; part < parts; start += sizes[part++]) {
        if (sizes[part] < 0 || start + sizes[part] > size) node.fail("its parts are larger than its input");
        if (node.proto().output(int(part)).empty()) continue;
        node.set(node.insert("aten::slice", {node.value(0), c10::IValue(std::int64_t(axis)), c10::IValue(start),
                                             c10::IValue(start + sizes[part]), c10::IValue(1)}),
                 part);
        Shape shape = node.shape(0);
        shape[axis] = Number::of(sizes[part]);
        node.set_shape(shape, part);
        node.set_type(node.in(0).type, part);
    }
}

void expand(OnnxNode& node) {
    std::vector<Number> wanted = node.numbers(1);
    if (node.is_known(0)) node.check_size(wanted);
    const Shape& from = node.shape(0);
    while (wanted.size() < from.size()) wanted.insert(wanted.begin(), Number::of(1));
    Shape shape = wanted;
    const std::size_t added = wanted.size() - from.size();
    for (std::size_t dim = added; dim < wanted.size(); ++dim) {
        const Number& size = from[dim - added];
        const bool is_of_batch = size.is_batch() && dim == 0 && node.graph().any_batch() && wanted[dim].is_known();
        const bool is_kept = (wanted[dim].is_known() && wanted[dim].count == 1) ||
                             (wanted[dim].kind == size.kind && wanted[dim].count == size.count && size.kind != Number::Kind::computed) ||
                             (is_of_batch && wanted[dim].count == size.count * node.graph().batch_of_file());
        if (!is_kept) continue;
        shape[dim] = size;
        wanted[dim] = Number::of(-1);
    }
    node.set_shape(shape);
    node.set(node.insert("aten::expand", {node.value(0), node.number_list(wanted)}));
}

void tile(OnnxNode& node) {
    const Integers repeats = node.integers(1);
    if (repeats.size() != std::size_t(node.rank(0))) node.fail("it needs a number for each dimension");
    Shape shape = node.shape(0);
    for (std::size_t dim = 0; dim < shape.size(); ++dim) {
        if (repeats[dim] < 0 || repeats[dim] > 1 << 20) node.fail("it repeats its input more often than any network does");
        if (repeats[dim] != 1) node.works_along(0, dim);
        if (shape[dim].kind != Number::Kind::computed) shape[dim].count *= repeats[dim];
    }
    if (node.is_known(0)) node.check_size(shape);
    node.set_shape(shape);
    node.set(node.insert("aten::repeat", {node.value(0), repeats}));
}

void depth_to_space(OnnxNode& node) {
    const std::int64_t block = node.integer("blocksize", 1);
    const bool is_crd = node.text("mode", "DCR") == "CRD";
    if (node.rank(0) != 4 || block < 1) node.fail("ClipScope runs it on batches of images only");
    const std::int64_t channels = node.known_dim(0, 1), height = node.known_dim(0, 2), width = node.known_dim(0, 3);
    if (channels % (block * block) != 0) node.fail("its blocks do not divide its channels");
    const std::int64_t left = channels / (block * block);
    const Integers apart = is_crd ? Integers{-1, left, block, block, height, width} : Integers{-1, block, block, left, height, width};
    const Integers order = is_crd ? Integers{0, 1, 4, 2, 5, 3} : Integers{0, 3, 4, 1, 5, 2};
    Value* x = node.insert("aten::permute", {node.insert("aten::reshape", {node.value(0), apart}), order});
    node.set(node.insert("aten::reshape", {x, Integers{-1, left, height * block, width * block}}));
}

void space_to_depth(OnnxNode& node) {
    const std::int64_t block = node.integer("blocksize", 1);
    if (node.rank(0) != 4 || block < 1) node.fail("ClipScope runs it on batches of images only");
    const std::int64_t channels = node.known_dim(0, 1), height = node.known_dim(0, 2), width = node.known_dim(0, 3);
    if (height % block != 0 || width % block != 0) node.fail("its blocks do not divide its input");
    const Integers apart{-1, channels, height / block, block, width / block, block};
    Value* x = node.insert("aten::permute", {node.insert("aten::reshape", {node.value(0), apart}), Integers{0, 3, 5, 1, 2, 4}});
    node.set(node.insert("aten::reshape", {x, Integers{-1, channels * block * block, height / block, width / block}}));
}

Integers pads_of(OnnxNode& node, std::size_t rank) {
    const Integers given = node.opset() < 11 ? node.list("pads") : node.integers(1);
    Integers axes = node.opset() >= 18 && node.has(3) ? node.integers(3) : Integers{};
    if (axes.empty() && given.size() == 2 * rank) return given;
    if (given.size() != 2 * axes.size()) node.fail("it has not two numbers for each dimension");
    Integers pads(2 * rank, 0);
    for (std::size_t i = 0; i < axes.size(); ++i) {
        const std::size_t dim = node.axis(axes[i]);
        pads[dim] = given[i];
        pads[rank + dim] = given[axes.size() + i];
    }
    return pads;
}

void pad(OnnxNode& node) {
    const std::size_t rank = std::size_t(node.rank(0));
    const Integers pads = pads_of(node, rank);
    const std::string mode = node.text("mode", "constant");
    Shape shape = node.shape(0);
    Integers backwards;
    for (std::size_t dim = rank; dim-- > 0;) {
        const std::int64_t begin = pads[dim], end = pads[rank + dim];
        if (std::abs(begin) > 1 << 20 || std::abs(end) > 1 << 20) node.fail("it pads more than any network does");
        backwards.push_back(begin);
        backwards.push_back(end);
        if (begin == 0 && end == 0) continue;
        node.works_along(0, dim);
        shape[dim] = shape[dim].is_known() ? Number::of(shape[dim].count + begin + end) : Number{};
    }
    while (!backwards.empty() && backwards.back() == 0) backwards.pop_back();
    if (backwards.size() % 2 != 0) backwards.push_back(0);
    if (node.is_known(0)) node.check_size(shape);
    node.set_shape(shape);
    if (mode == "constant") {
        const bool has_value = node.opset() >= 11 && node.has(2);
        const double value = has_value ? node.constant(2).to(at::kDouble).item<double>() : node.real("value", 0);
        node.set(node.insert("aten::constant_pad_nd", {node.value(0), backwards, c10::IValue(value)}));
        return;
    }
    const std::string known = mode == "edge" ? "replicate" : mode;
    if (known != "replicate" && known != "reflect") node.fail("ClipScope pads with constants, edges and reflections only");
    // LibTorch wants a number for each dimension but two.
    while (backwards.size() < 2 * (rank - std::min<std::size_t>(rank, 2))) backwards.push_back(0);
    // LibTorch pads integers with constants only.
    const auto as = [&](Value* x, at::ScalarType type) {
        return node.insert("aten::to", {x, c10::IValue(type), c10::IValue(false), c10::IValue(false)});
    };
    const bool is_integer = node.is_integer(0);
    Value* padded = node.insert("aten::pad", {is_integer ? as(node.value(0), at::kDouble) : node.value(0), backwards, c10::IValue(known)});
    node.set(is_integer ? as(padded, scalar_type_of(node.in(0).type)) : padded);
}

}  // namespace

void add_shape_operators(OnnxOperators& all) {
    all.insert({{"Reshape", reshape},
                {"Flatten", flatten},
                {"Transpose", transpose},
                {"Squeeze", squeeze},
                {"Unsqueeze", unsqueeze},
                {"Concat", concatenate},
                {"Split", split},
                {"Expand", expand},
                {"Tile", tile},
                {"DepthToSpace", depth_to_space},
                {"SpaceToDepth", space_to_depth},
                {"Pad", pad}});
}

}  // namespace clipscope
