// What makes one number of many along dimensions.
#include <algorithm>
#include <numeric>

#include "network/formats/onnx/onnx_node.h"

namespace clipscope {

namespace {

using torch::jit::Value;

struct Reduction {
    Integers axes;  // ascending
    bool keeps = true;
    bool does_nothing = false;
};

Shape reduced_shape(const Shape& shape, const Reduction& reduction) {
    Shape result;
    for (std::size_t dim = 0; dim < shape.size(); ++dim) {
        const bool is_reduced = std::ranges::count(reduction.axes, std::int64_t(dim)) > 0;
        if (!is_reduced)
            result.push_back(shape[dim]);
        else if (reduction.keeps)
            result.push_back(Number::of(1));
    }
    return result;
}

Reduction reduction_of(OnnxNode& node) {
    Reduction reduction;
    reduction.keeps = node.integer("keepdims", 1) != 0;
    Integers axes = node.has(1) ? node.integers(1) : node.list("axes");
    if (axes.empty() && node.integer("noop_with_empty_axes", 0) != 0) {
        reduction.does_nothing = true;
        return reduction;
    }
    if (axes.empty()) {
        axes.resize(std::size_t(node.rank(0)));
        std::iota(axes.begin(), axes.end(), 0);
    }
    for (std::int64_t& axis : axes) {
        axis = std::int64_t(node.axis(axis));
        node.works_along(0, std::size_t(axis));
    }
    std::ranges::sort(axes);
    axes.erase(std::unique(axes.begin(), axes.end()), axes.end());
    reduction.axes = axes;
    node.set_shape(reduced_shape(node.shape(0), reduction));
    return reduction;
}

Value* reduced(OnnxNode& node, const std::string& operation, Value* x, const Reduction& reduction) {
    // No dimension, or a number: nothing to put together, and LibTorch would take no axes for all.
    if (reduction.axes.empty()) return x;
    return node.insert(operation, {x, reduction.axes, c10::IValue(reduction.keeps)});
}

enum class Form { plain, of_magnitudes, of_squares };

template <const char* operation, Form form = Form::plain, const char* then = nullptr>
void reduce(OnnxNode& node) {
    const Reduction reduction = reduction_of(node);
    if (reduction.does_nothing) return node.set_same_as(node.in(0));
    Value* x = node.value(0);
    if (form == Form::of_magnitudes) x = node.insert("aten::abs", {x});
    if (form == Form::of_squares) x = node.insert("aten::mul", {x, x});
    Value* result = reduced(node, operation, x, reduction);
    if constexpr (then != nullptr) result = node.insert(then, {result});
    node.set(result);
}

constexpr char sum[] = "aten::sum", mean[] = "aten::mean", largest[] = "aten::amax", least[] = "aten::amin",
               log_sum_exp[] = "aten::logsumexp", root[] = "aten::sqrt", logarithm[] = "aten::log";

void product(OnnxNode& node) {
    const Reduction reduction = reduction_of(node);
    if (reduction.does_nothing) return node.set_same_as(node.in(0));
    Value* x = node.value(0);
    for (auto axis = reduction.axes.rbegin(); axis != reduction.axes.rend(); ++axis)
        x = node.insert("aten::prod", {x, c10::IValue(*axis), c10::IValue(reduction.keeps)});
    node.set(x);
}

template <const char* operation>
void place_of_extreme(OnnxNode& node) {
    const std::size_t axis = node.axis(node.integer("axis", 0));
    const bool keeps = node.integer("keepdims", 1) != 0;
    node.works_along(0, axis);
    const c10::IValue dim{std::int64_t(axis)};
    Value* x = node.value(0);
    const bool is_last = node.integer("select_last_index", 0) != 0;
    if (is_last) x = node.insert("aten::flip", {x, Integers{std::int64_t(axis)}});
    Value* place = node.insert(operation, {x, dim, c10::IValue(keeps)});
    if (is_last) place = node.insert("aten::rsub", {place, c10::IValue(node.known_dim(0, axis) - 1)});
    node.set(place);
}
constexpr char argmax[] = "aten::argmax", argmin[] = "aten::argmin";

void cumulative_sum(OnnxNode& node) {
    const Integers axes = node.integers(1);
    if (axes.size() != 1) node.fail("it needs one axis");
    const std::size_t axis = node.axis(axes[0]);
    node.works_along(0, axis);
    const Integers flipped{std::int64_t(axis)};
    const bool is_reverse = node.integer("reverse", 0) != 0;
    Value* x = node.value(0);
    Value* values = is_reverse ? node.insert("aten::flip", {x, flipped}) : x;
    Value* sums = node.insert("aten::cumsum", {values, c10::IValue(std::int64_t(axis))});
    if (node.integer("exclusive", 0) != 0) sums = node.insert("aten::sub", {sums, values});
    node.set(is_reverse ? node.insert("aten::flip", {sums, flipped}) : sums);
}

void top_k(OnnxNode& node) {
    const std::size_t axis = node.axis(node.integer("axis", -1));
    node.works_along(0, axis);
    const Integers count = node.has(1) ? node.integers(1) : Integers{node.integer("k", 1)};
    if (count.size() != 1) node.fail("it needs one number of values");
    Value* both = node.insert("aten::topk", {node.value(0), c10::IValue(count[0]), c10::IValue(std::int64_t(axis)),
                                             c10::IValue(node.integer("largest", 1) != 0), c10::IValue(true)});
    if (both->node()->kind() != torch::jit::prim::TupleConstruct) node.fail("it is applied to a constant");
    for (const std::size_t output : {0, 1})
        if (output < node.output_count()) node.set(both->node()->input(output), output);
}

}  // namespace

void add_reduce_operators(OnnxOperators& all) {
    all.insert({{"ReduceSum", reduce<sum>},
                {"ReduceMean", reduce<mean>},
                {"ReduceMax", reduce<largest>},
                {"ReduceMin", reduce<least>},
                {"ReduceLogSumExp", reduce<log_sum_exp>},
                {"ReduceL1", reduce<sum, Form::of_magnitudes>},
                {"ReduceL2", reduce<sum, Form::of_squares, root>},
                {"ReduceSumSquare", reduce<sum, Form::of_squares>},
                {"ReduceLogSum", reduce<sum, Form::plain, logarithm>},
                {"ReduceProd", product}});
    all.insert({{"ArgMax", place_of_extreme<argmax>}, {"ArgMin", place_of_extreme<argmin>}, {"CumSum", cumulative_sum}, {"TopK", top_k}});
}

}  // namespace clipscope
