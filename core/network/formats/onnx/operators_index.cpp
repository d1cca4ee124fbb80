// What picks parts of a tensor, and what makes constants.
#include <algorithm>
#include <limits>

#include "common/error.h"
#include "network/formats/onnx/onnx_node.h"
#include "network/formats/onnx/onnx_tensor.h"

namespace clipscope {

namespace {

using torch::jit::Value;

constexpr std::int64_t to_the_end = std::numeric_limits<std::int64_t>::max();

void slice_backwards(OnnxNode& node, Value*& x, std::size_t dim, std::int64_t start, std::int64_t end, std::int64_t step, Number& size) {
    const std::int64_t count = node.known_dim(0, dim);
    if (start < 0) start += count;
    if (end < 0 && end > -to_the_end) end += count;
    start = std::clamp<std::int64_t>(start, -1, count - 1);
    end = std::clamp<std::int64_t>(end, -1, count - 1);
    x = node.insert("aten::flip", {x, Integers{std::int64_t(dim)}});
    const std::int64_t first = count - 1 - start, last = std::max(count - 1 - end, first);
    x = node.insert("aten::slice", {x, c10::IValue(std::int64_t(dim)), c10::IValue(first), c10::IValue(last), c10::IValue(-step)});
    size = Number::of((last - first + (-step) - 1) / -step);
}

// Beyond both ends counts as the end.
std::int64_t sliced(std::int64_t count, std::int64_t start, std::int64_t end, std::int64_t step) {
    const auto place = [&](std::int64_t at) { return std::clamp<std::int64_t>(at < 0 ? at + count : at, 0, count); };
    const std::int64_t length = std::max<std::int64_t>(place(end) - place(start), 0);
    return (length - 1 + step) / step;
}

void slice(OnnxNode& node) {
    const bool is_old = node.opset() < 10;
    const auto as_numbers = [](const Integers& integers) {
        std::vector<Number> numbers;
        for (const std::int64_t integer : integers) numbers.push_back(Number::of(integer));
        return numbers;
    };
    const std::vector<Number> starts = is_old ? as_numbers(node.list("starts")) : node.numbers(1);
    const std::vector<Number> ends = is_old ? as_numbers(node.list("ends")) : node.numbers(2);
    Integers axes = is_old ? node.list("axes") : node.has(3) ? node.integers(3) : Integers{};
    const Integers steps = !is_old && node.has(4) ? node.integers(4) : Integers(starts.size(), 1);
    if (axes.empty())
        for (std::size_t i = 0; i < starts.size(); ++i) axes.push_back(std::int64_t(i));
    if (ends.size() != starts.size() || axes.size() != starts.size() || steps.size() != starts.size())
        node.fail("its settings differ in number");
    Value* x = node.value(0);
    Shape shape = node.shape(0);
    for (std::size_t i = 0; i < starts.size(); ++i) {
        const std::size_t dim = node.axis(axes[i]);
        constexpr std::int64_t max_step = std::int64_t(1) << 31;
        if (steps[i] == 0 || std::abs(steps[i]) > max_step) node.fail("its step makes no sense");
        const bool are_known = starts[i].is_known() && ends[i].is_known();
        if (are_known && starts[i].count == 0 && ends[i].count >= std::numeric_limits<std::int32_t>::max() && steps[i] == 1) continue;
        node.works_along(0, dim);
        if (steps[i] < 0) {
            if (!are_known) node.fail("where it begins is not known beforehand");
            slice_backwards(node, x, dim, starts[i].count, ends[i].count, steps[i], shape[dim]);
            continue;
        }
        x = node.insert("aten::slice", {x, c10::IValue(std::int64_t(dim)), node.graph().number(starts[i]), node.graph().number(ends[i]),
                                        c10::IValue(steps[i])});
        const bool is_certain = are_known && shape[dim].is_known();
        shape[dim] = is_certain ? Number::of(sliced(shape[dim].count, starts[i].count, ends[i].count, steps[i])) : Number{};
    }
    node.set_shape(shape);
    node.set(x);
}

// Counted from the end where negative, as LibTorch's gathering operations do not.
Value* places_from_front(OnnxNode& node, std::size_t input, std::size_t axis) {
    const auto in_long = [&](Value* places) {
        return node.insert("aten::to", {places, c10::IValue(at::kLong), c10::IValue(false), c10::IValue(false)});
    };
    if (node.in(input).constant.defined()) {
        const at::Tensor places = node.constant(input).to(at::kLong);
        if (places.numel() == 0 || places.min().item<std::int64_t>() >= 0) return node.graph().constant(places);
        return node.graph().constant(at::where(places < 0, places + node.known_dim(0, axis), places));
    }
    Value* places = in_long(node.value(input));
    const Number& size = node.shape(0)[axis];
    Value* count = size.is_known() ? node.graph().constant(size.count) : node.graph().size_of(node.in(0), axis);
    return node.insert("aten::where",
                       {node.insert("aten::lt", {places, c10::IValue(0)}), node.insert("aten::add", {places, count}), places});
}

void gather(OnnxNode& node) {
    const std::size_t axis = node.axis(node.integer("axis", 0));
    node.works_along(0, axis);
    if (!node.in(1).constant.defined()) node.works_along(1, 0);
    const c10::IValue dim{std::int64_t(axis)};
    Value* places = places_from_front(node, 1, axis);
    const int place_rank = node.rank(1);
    if (place_rank == 0 && node.in(1).constant.defined()) {
        const auto known = torch::jit::toIValue(places);
        node.set(node.insert("aten::select", {node.value(0), dim, c10::IValue(known->toTensor().item<std::int64_t>())}));
        return;
    }
    if (axis == 0 && node.rank(0) == 2 && node.in(0).is_stored) {
        node.set(node.insert("aten::embedding", {node.value(0, "weight"), places}));
        return;
    }
    Value* row = place_rank == 1 ? places : node.insert("aten::flatten", {places, c10::IValue(0), c10::IValue(-1)});
    Value* picked = node.insert("aten::index_select", {node.value(0), dim, row});
    if (place_rank == 0) picked = node.insert("aten::squeeze", {picked, dim});
    if (place_rank < 2) return node.set(picked);
    Integers sizes;
    for (int i = 0; i < place_rank; ++i) sizes.push_back(node.known_dim(1, std::size_t(i)));
    Integers shape;
    for (int i = 0; i < node.rank(0); ++i) {
        if (std::size_t(i) == axis)
            shape.insert(shape.end(), sizes.begin(), sizes.end());
        else
            shape.push_back(node.shape(0)[std::size_t(i)].is_known() ? node.known_dim(0, std::size_t(i)) : -1);
    }
    node.set(node.insert("aten::reshape", {picked, shape}));
}

void gather_elements(OnnxNode& node) {
    const std::size_t axis = node.axis(node.integer("axis", 0));
    node.works_along(0, axis);
    if (node.graph().any_batch()) throw NeedsFixedBatch();
    node.set(node.insert("aten::gather", {node.value(0), c10::IValue(std::int64_t(axis)), places_from_front(node, 1, axis)}));
}

void scatter_elements(OnnxNode& node) {
    if (node.graph().any_batch()) throw NeedsFixedBatch();
    const std::size_t axis = node.axis(node.integer("axis", 0));
    if (node.text("reduction", "none") != "none") node.fail("ClipScope runs it without reduction only");
    node.set(
        node.insert("aten::scatter", {node.value(0), c10::IValue(std::int64_t(axis)), places_from_front(node, 1, axis), node.value(2)}));
}

// Each row of input 1 names a place in the first dimensions of input 0, where input 2 is put.
void scatter_nd(OnnxNode& node) {
    const bool is_of_constants = node.is_known(0) && node.is_known(1) && node.is_known(2);
    if (!is_of_constants && node.graph().any_batch()) throw NeedsFixedBatch();
    if (node.text("reduction", "none") != "none") node.fail("ClipScope runs it without reduction only");
    if (node.rank(1) < 1) node.fail("its places are no rows");
    const std::int64_t dimensions = node.known_dim(1, std::size_t(node.rank(1)) - 1);
    if (dimensions < 1 || dimensions > node.rank(0)) node.fail("its places have more dimensions than what they are in");
    Value* places = node.value(1);
    std::vector<Value*> along;
    for (std::int64_t i = 0; i < dimensions; ++i) along.push_back(node.insert("aten::select", {places, c10::IValue(-1), c10::IValue(i)}));
    Value* list = node.graph().list_of(along, c10::OptionalType::ofTensor());
    node.set(node.insert("aten::index_put", {node.value(0), list, node.value(2)}));
}

void triangle(OnnxNode& node) {
    const Integers diagonal = node.has(1) ? node.integers(1) : Integers{0};
    if (diagonal.size() != 1 || node.rank(0) < 2) node.fail("it needs one diagonal of a matrix");
    node.works_along(0, std::size_t(node.rank(0)) - 2);
    node.set(node.insert(node.integer("upper", 1) != 0 ? "aten::triu" : "aten::tril", {node.value(0), c10::IValue(diagonal[0])}));
}

void identity(OnnxNode& node) {
    node.set_same_as(node.in(0));
}

void dropout(OnnxNode& node) {
    const bool trains =
        node.opset() >= 12 && node.has(2) && node.constant(2).numel() == 1 && node.constant(2).to(at::kLong).item<std::int64_t>() != 0;
    if (trains) node.fail("it is in training mode; export the network after model.eval()");
    node.set_same_as(node.in(0));
    if (node.wants(1)) {
        node.set(node.insert("aten::ones_like", {node.value(0)}, {Argument("dtype", c10::IValue(at::kBool))}), 1);
        node.set_type(onnx::TensorProto::BOOL, 1);
    }
}

// Numbers of more than one are as much the network's memory as those of initialisers.
void constant(OnnxNode& node) {
    OnnxValue& out = node.out(0);
    at::Tensor known;
    if (const auto* tensor = node.attribute("value"); tensor && tensor->has_t()) {
        known = to_tensor(tensor->t());
        out.type = tensor->t().data_type();
    } else if (const auto* real = node.attribute("value_float")) {
        known = at::scalar_tensor(double(real->f()), at::kFloat);
    } else if (const auto* reals = node.attribute("value_floats")) {
        known = at::tensor(std::vector<float>(reals->floats().begin(), reals->floats().end()));
    } else if (const auto* integer = node.attribute("value_int")) {
        known = at::scalar_tensor(integer->i(), at::kLong);
    } else if (node.attribute("value_ints")) {
        known = at::tensor(node.list("value_ints"), at::kLong);
    } else {
        node.fail("it holds no tensor");
    }
    if (out.type == 0) out.type = known.is_floating_point() ? onnx::TensorProto::FLOAT : onnx::TensorProto::INT64;
    node.set_known(known);
    out.is_stored = known.is_floating_point() && known.numel() > 1;
}

void constant_of_shape(OnnxNode& node) {
    const std::vector<Number> shape = node.numbers(0);
    node.check_size(shape);
    at::Tensor value = at::zeros({1}, at::kFloat);
    int type = onnx::TensorProto::FLOAT;
    if (const auto* given = node.attribute("value")) {
        value = to_tensor(given->t());
        type = given->t().data_type();
    }
    if (value.numel() != 1) node.fail("its value is not one number");
    node.set_type(type);
    node.set_shape(shape);
    const bool is_known = std::ranges::all_of(shape, &Number::is_known);
    Value* one = node.graph().constant(value.reshape({}));
    // Not a constant of its own yet where a run says how large it is.
    Value* sizes = node.number_list(shape);
    node.set(node.insert(is_known ? "aten::repeat" : "aten::expand", {one, sizes}));
}

void range(OnnxNode& node) {
    const auto number = [&](std::size_t input) { return node.constant(input).to(at::kDouble).item<double>(); };
    const double start = number(0), end = number(1), step = number(2);
    const double count = std::ceil((end - start) / step);
    if (!(count < 1e7)) node.fail("it makes a constant larger than any network's");
    const at::ScalarType type = scalar_type_of(node.in(0).type);
    node.set_known(at::add(at::mul(at::arange(std::max<std::int64_t>(std::int64_t(count), 0), at::kDouble), step), start).to(type));
}

// Which branch a network takes is known beforehand; the other is never looked at.
void branch(OnnxNode& node) {
    const at::Tensor condition = node.constant(0);
    const auto* taken = node.attribute(condition.to(at::kBool).item<bool>() ? "then_branch" : "else_branch");
    if (!taken || !taken->has_g()) node.fail("it has not two branches");
    node.graph().add_initializers(taken->g());
    node.graph().import_nodes(taken->g().node(), node.depth() + 1);
    if (std::size_t(taken->g().output_size()) < node.output_count()) node.fail("its branch has too few outputs");
    for (std::size_t i = 0; i < node.output_count(); ++i) node.set_same_as(node.graph().value_named(taken->g().output(int(i)).name()), i);
}

}  // namespace

void add_index_operators(OnnxOperators& all) {
    all.insert({{"Slice", slice},
                {"Gather", gather},
                {"GatherElements", gather_elements},
                {"ScatterElements", scatter_elements},
                {"Scatter", scatter_elements},
                {"ScatterND", scatter_nd},
                {"Trilu", triangle},
                {"Identity", identity},
                {"Dropout", dropout},
                {"Constant", constant},
                {"ConstantOfShape", constant_of_shape},
                {"Range", range},
                {"If", branch},
                {"Shape", identity},
                {"Size", identity}});  // followed
}

}  // namespace clipscope
