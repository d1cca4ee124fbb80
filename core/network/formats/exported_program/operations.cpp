#include "network/formats/exported_program/operations.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <string_view>
#include <utility>

#include "common/error.h"

namespace clipscope {

namespace {

using Pair = std::pair<std::string_view, std::string_view>;

constexpr std::string_view aten = "torch.ops.aten.";

// Python's own arithmetic on sizes.
constexpr std::array<Pair, 24> number_operations{{{"_operator.add", "add"},
                                                  {"_operator.sub", "sub"},
                                                  {"_operator.mul", "mul"},
                                                  {"_operator.floordiv", "floordiv"},
                                                  {"_operator.mod", "remainder"},
                                                  {"_operator.neg", "neg"},
                                                  {"_operator.truediv", "div"},
                                                  {"_operator.pow", "pow"},
                                                  {"_operator.eq", "eq"},
                                                  {"_operator.ne", "ne"},
                                                  {"_operator.lt", "lt"},
                                                  {"_operator.le", "le"},
                                                  {"_operator.gt", "gt"},
                                                  {"_operator.ge", "ge"},
                                                  {"_operator.and_", "__and__"},
                                                  {"_operator.or_", "__or__"},
                                                  {"_operator.getitem", "__getitem__"},
                                                  {"torch.sym_float", "Float"},
                                                  {"torch.sym_int", "Int"},
                                                  {"torch.sym_not", "__not__"},
                                                  {"math.ceil", "ceil"},
                                                  {"math.floor", "floor"},
                                                  {"math.trunc", "Int"},
                                                  {"torch._sym_sqrt", "sqrt"}}};

// Those that check and compute nothing.
constexpr std::array<std::string_view, 6> checks{"_assert_scalar",          "_assert_async",
                                                 "_assert_tensor_metadata", "sym_constrain_range_for_size",
                                                 "sym_constrain_range",     "_functional_assert_scalar"};

// Another name for the same with the same arguments; further results, such as the places of maxima, are left out.
constexpr std::array<Pair, 16> renamed{{{"max_pool2d_with_indices", "max_pool2d"},
                                        {"max_pool3d_with_indices", "max_pool3d"},
                                        {"_adaptive_avg_pool2d", "adaptive_avg_pool2d"},
                                        {"_adaptive_avg_pool3d", "adaptive_avg_pool3d"},
                                        {"lift_fresh_copy", "clone"},
                                        {"_unsafe_view", "view"},
                                        {"view_copy", "view"},
                                        {"_unsafe_index", "index"},
                                        {"sym_size", "size"},
                                        {"sym_numel", "numel"},
                                        {"sym_stride", "stride"},
                                        {"permute_copy", "permute"},
                                        {"expand_copy", "expand"},
                                        {"transpose_copy", "transpose"},
                                        {"select_copy", "select"},
                                        {"unsqueeze_copy", "unsqueeze"}}};

constexpr std::array<std::string_view, 6> passing{"lift_fresh", "detach", "detach_", "alias", "lift", "_conj"};

constexpr std::array<std::string_view, 7> dropouts{"dropout",        "dropout_",      "feature_dropout",      "feature_dropout_",
                                                   "native_dropout", "alpha_dropout", "feature_alpha_dropout"};

template <std::size_t size>
bool is_one_of(const std::array<std::string_view, size>& names, std::string_view name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

template <std::size_t size>
std::string_view other_name(const std::array<Pair, size>& pairs, std::string_view name) {
    const auto found = std::find_if(pairs.begin(), pairs.end(), [&](const Pair& pair) { return pair.first == name; });
    return found == pairs.end() ? std::string_view() : found->second;
}

ExportedArgument boolean(bool value) {
    return {.kind = ArgumentKind::boolean, .integer = value ? 1 : 0, .text = {}, .items = {}};
}
ExportedArgument integer(std::int64_t value) {
    return {.kind = ArgumentKind::integer, .integer = value, .text = {}, .items = {}};
}
ExportedArgument real(double value) {
    return {.kind = ArgumentKind::real, .real = value, .text = {}, .items = {}};
}
ExportedArgument tensor(std::string name) {
    return {.kind = ArgumentKind::tensor, .text = std::move(name), .items = {}};
}

std::string target_of(std::string_view name, std::string_view overload = "default") {
    return std::string(aten) + std::string(name) + "." + std::string(overload);
}

class Rewriter {
public:
    explicit Rewriter(ExportedProgram& program) : program_(program) {}

    void rewrite() {
        std::vector<ExportedNode> nodes = std::move(program_.nodes);
        program_.nodes.clear();
        for (ExportedNode& node : nodes) rewrite(node);
    }

private:
    void rewrite(ExportedNode& node) {
        const auto [name, overload] = operation_name(node.target);
        if (is_one_of(checks, name)) return;
        check_training(node, name);
        if (is_one_of(passing, name) || (is_one_of(dropouts, name) && !node.inputs.empty())) {
            pass(node);
        } else if (name.find("batch_norm") != std::string::npos && name != "batch_norm") {
            rewrite_batch_norm(node);
        } else if (name == "native_layer_norm") {
            add(node, "layer_norm", {"input", "normalized_shape", "weight", "bias", "eps"});
        } else if (name == "native_group_norm") {
            add(node, "group_norm", {"input", "group", "weight", "bias", "eps"}, {"input", "num_groups", "weight", "bias", "eps"});
        } else if (name == "_to_copy") {
            rewrite_copy(node);
        } else if (name == "view" || name == "reshape" || name == "_unsafe_view") {
            rewrite_view(node);
        } else if (name == "permute" && swaps_a_matrix(node)) {
            add(node, "t", {"self"});
        } else if (name == "convolution" && is_plain_convolution(node)) {
            add(node, "conv2d", {"input", "weight", "bias", "stride", "padding", "dilation", "groups"});
        } else if (name == "squeeze" && overload == "dims") {
            rewrite_squeeze(node);
        } else if ((name == "new_zeros" || name == "new_ones") && is_of_known_type(node)) {
            rewrite_new(node, name.substr(4));
        } else if (name == "_prelu_kernel") {
            rewrite_prelu(node);
        } else if (name.starts_with("_scaled_dot_product")) {
            rewrite_attention(node);
        } else {
            if (const std::string_view other = other_name(renamed, name); !other.empty())
                node.target = target_of(other, overload.empty() ? "default" : overload);
            program_.nodes.push_back(std::move(node));
        }
    }

    static const ExportedArgument* find(const ExportedNode& node, std::string_view name) {
        const auto found =
            std::find_if(node.inputs.begin(), node.inputs.end(), [&](const NamedArgument& input) { return input.name == name; });
        return found == node.inputs.end() ? nullptr : &found->value;
    }
    static bool is_true(const ExportedNode& node, std::string_view name) {
        const ExportedArgument* found = find(node, name);
        return found != nullptr && found->kind == ArgumentKind::boolean && found->integer != 0;
    }
    const TensorShape* shape_of(const ExportedArgument* value) const {
        if (value == nullptr || value->kind != ArgumentKind::tensor) return nullptr;
        const auto found = program_.shapes.find(value->text);
        return found == program_.shapes.end() ? nullptr : &found->second;
    }

    static void check_training(const ExportedNode& node, const std::string& name) {
        const bool is_norm = name.find("batch_norm") != std::string::npos && find(node, "running_mean") != nullptr &&
                             find(node, "running_mean")->kind != ArgumentKind::none;
        const bool drops = is_one_of(dropouts, name) && !drops_nothing(node) && (is_true(node, "train") || is_true(node, "training"));
        if (drops || (is_norm && is_true(node, "training")))
            throw Error("it was exported in training mode (" + shown(name) +
                        " changes with every run); call model.eval() before torch.export.export()");
    }
    static bool drops_nothing(const ExportedNode& node) {
        const ExportedArgument* p = find(node, "p");
        return p != nullptr && (p->kind == ArgumentKind::real || p->kind == ArgumentKind::integer) && p->real == 0 && p->integer == 0;
    }

    // The node's own output out of another operation, whose arguments are some of the node's: `names`, there called `as`.
    void add(const ExportedNode& node, std::string_view operation, const std::vector<std::string_view>& names,
             const std::vector<std::string_view>& as = {}) {
        ExportedNode made{target_of(operation), {}, node.outputs, node.module_path};
        for (std::size_t i = 0; i < names.size(); ++i)
            if (const ExportedArgument* value = find(node, names[i]))
                made.inputs.push_back({std::string(as.empty() ? names[i] : as[i]), *value});
        program_.nodes.push_back(std::move(made));
    }
    // A value in between; gives its name.
    ExportedArgument add_value(const ExportedNode& node, std::string_view operation, std::string_view overload,
                               std::vector<NamedArgument> inputs) {
        const std::string name = "between " + std::to_string(++between_);  // no name in Python holds a blank
        program_.nodes.push_back({target_of(operation, overload), std::move(inputs), {tensor(name)}, node.module_path});
        return tensor(name);
    }

    void pass(const ExportedNode& node) {
        if (node.inputs.empty() || node.outputs.empty()) return;
        program_.nodes.push_back({pass_on, {node.inputs[0]}, {node.outputs[0]}, node.module_path});
    }

    void rewrite_batch_norm(ExportedNode& node) {
        // Without statistics of its own a norm takes those of what it is given, whatever the mode.
        const bool has_statistics = find(node, "running_mean") != nullptr;
        add(node, "batch_norm", {"input", "weight", "bias", "running_mean", "running_var", "momentum", "eps"});
        std::vector<NamedArgument>& inputs = program_.nodes.back().inputs;
        if (!has_statistics) inputs.insert(inputs.end(), {{"running_mean", {}}, {"running_var", {}}});
        inputs.push_back({"training", boolean(!has_statistics)});
        inputs.push_back({"cudnn_enabled", boolean(false)});
    }

    void rewrite_copy(const ExportedNode& node) {
        const ExportedArgument* type = find(node, "dtype");
        if (type == nullptr || type->kind == ArgumentKind::none) {
            add(node, "clone", {"self"});
            return;
        }
        add(node, "to", {"self", "dtype"});
        program_.nodes.back().target = target_of("to", "dtype");
    }

    // Sizes that only pass on how many images there are.
    void rewrite_view(ExportedNode& node) {
        node.target = target_of("reshape");  // what PyTorch could view may lie otherwise here
        const TensorShape* from = shape_of(find(node, "self"));
        const TensorShape* to = node.outputs.empty() ? nullptr : shape_of(&node.outputs[0]);
        const auto sizes = std::find_if(node.inputs.begin(), node.inputs.end(),
                                        [](const NamedArgument& input) { return input.value.kind == ArgumentKind::list; });
        if (sizes != node.inputs.end() && to != nullptr && to->sizes.size() == sizes->value.items.size()) {
            const bool keeps_images = from != nullptr && from->sizes.size() >= 2 && to->sizes.size() == 2 && to->sizes[0].number < 0 &&
                                      from->sizes[0] == to->sizes[0];
            if (keeps_images) {
                add(node, "flatten", {"self"});
                program_.nodes.back().target = target_of("flatten", "using_ints");
                program_.nodes.back().inputs.push_back({"start_dim", integer(1)});
                program_.nodes.back().inputs.push_back({"end_dim", integer(-1)});
                return;
            }
            free_from_numbers(sizes->value.items, *to);
        }
        program_.nodes.push_back(std::move(node));
    }

    // One computed size among known ones follows from them.
    static void free_from_numbers(std::vector<ExportedArgument>& sizes, const TensorShape& to) {
        std::vector<ExportedArgument> known;
        std::size_t computed = 0;
        for (std::size_t i = 0; i < sizes.size(); ++i) {
            const bool is_number = sizes[i].kind == ArgumentKind::integer && sizes[i].integer > 0;
            const bool is_open = sizes[i].kind == ArgumentKind::integer && sizes[i].integer == -1 && to.sizes[i].number > 0;
            if (!is_number && !is_open && (sizes[i].kind != ArgumentKind::symbol || ++computed > 1)) return;
            known.push_back(is_number ? sizes[i] : integer(is_open ? to.sizes[i].number : -1));
        }
        if (computed == 1) sizes = std::move(known);
    }

    bool swaps_a_matrix(const ExportedNode& node) const {
        const TensorShape* shape = shape_of(find(node, "self"));
        const ExportedArgument* dims = find(node, "dims");
        return shape != nullptr && shape->sizes.size() == 2 && dims != nullptr && dims->items.size() == 2 &&
               (dims->items[0].integer == 1 || dims->items[0].integer == -1) &&
               (dims->items[1].integer == 0 || dims->items[1].integer == -2);
    }

    bool is_plain_convolution(const ExportedNode& node) const {
        const TensorShape* weight = shape_of(find(node, "weight"));
        return weight != nullptr && weight->sizes.size() == 4 && find(node, "transposed") != nullptr && !is_true(node, "transposed") &&
               std::all_of(node.inputs.begin(), node.inputs.end(), [](const NamedArgument& input) { return !input.name.empty(); });
    }

    void rewrite_squeeze(const ExportedNode& node) {
        const ExportedArgument* self = find(node, "self");
        const ExportedArgument* dims = find(node, "dim");
        const TensorShape* shape = shape_of(self);
        if (shape == nullptr || dims == nullptr) throw Error("it squeezes a tensor of unknown size, so it is damaged");
        std::vector<std::int64_t> from_last;
        for (const ExportedArgument& dim : dims->items)
            from_last.push_back(dim.integer < 0 ? dim.integer + std::int64_t(shape->sizes.size()) : dim.integer);
        std::sort(from_last.rbegin(), from_last.rend());
        ExportedArgument value = *self;
        for (const std::int64_t dim : from_last) value = add_value(node, "squeeze", "dim", {{"self", value}, {"dim", integer(dim)}});
        program_.nodes.push_back({pass_on, {{"self", value}}, node.outputs, node.module_path});
    }

    bool is_of_known_type(const ExportedNode& node) const {
        return node.outputs.size() == 1 && shape_of(&node.outputs[0]) != nullptr && find(node, "size") != nullptr;
    }

    // What takes nothing of another tensor but its type depends on no image.
    void rewrite_new(const ExportedNode& node, std::string_view operation) {
        add(node, operation, {"size"});
        const std::int64_t type = shape_of(&node.outputs[0])->scalar_type;
        program_.nodes.back().inputs.push_back({"dtype", {.kind = ArgumentKind::scalar_type, .integer = type, .text = {}, .items = {}}});
    }

    void rewrite_prelu(const ExportedNode& node) {
        const ExportedArgument* weight = find(node, "weight");
        if (weight == nullptr) throw Error("it has an activation without its weight, so it is damaged");
        const ExportedArgument flat = add_value(node, "flatten", "using_ints", {{"self", *weight}});
        add(node, "prelu", {"self"});
        program_.nodes.back().inputs.push_back({"weight", flat});
    }

    // softmax(q·kᵀ·scale + mask)·v
    void rewrite_attention(const ExportedNode& node) {
        const ExportedArgument *query = find(node, "query"), *key = find(node, "key"), *value = find(node, "value");
        const TensorShape* shape = shape_of(query);
        const ExportedArgument* scale = find(node, "scale");
        const ExportedArgument* mask = find(node, "attn_mask") != nullptr ? find(node, "attn_mask") : find(node, "attn_bias");
        if (key == nullptr || value == nullptr || shape == nullptr || shape->sizes.empty() || shape->sizes.back().number <= 0)
            throw Error("it has an attention of unknown size, which ClipScope cannot write out; save it with torch.jit.trace(...).save()");
        const ExportedArgument* dropped = find(node, "dropout_p");
        if (is_true(node, "enable_gqa") || (dropped != nullptr && (dropped->real != 0 || dropped->integer != 0)))
            throw Error("it has an attention in training mode or with grouped queries; call model.eval() before torch.export.export()");
        const bool is_scaled = scale != nullptr && scale->kind == ArgumentKind::real;
        const double factor = is_scaled ? scale->real : 1 / std::sqrt(double(shape->sizes.back().number));
        const ExportedArgument turned = add_value(node, "transpose", "int", {{"self", *key}, {"dim0", integer(-2)}, {"dim1", integer(-1)}});
        ExportedArgument scores = add_value(node, "matmul", "default", {{"self", *query}, {"other", turned}});
        scores = add_value(node, "mul", "Tensor", {{"self", scores}, {"other", real(factor)}});
        if (is_true(node, "is_causal")) scores = add_causal_mask(node, scores, *query, *key);
        if (mask != nullptr && mask->kind == ArgumentKind::tensor) scores = add_mask(node, scores, *mask);
        const ExportedArgument weights = add_value(node, "softmax", "int", {{"self", scores}, {"dim", integer(-1)}});
        program_.nodes.push_back({target_of("matmul"), {{"self", weights}, {"other", *value}}, {node.outputs[0]}, node.module_path});
    }

    ExportedArgument add_mask(const ExportedNode& node, const ExportedArgument& scores, const ExportedArgument& mask) {
        constexpr std::int64_t exported_bool = 12;
        const TensorShape* shape = shape_of(&mask);
        if (shape == nullptr || shape->scalar_type != exported_bool)
            return add_value(node, "add", "Tensor", {{"self", scores}, {"other", mask}});
        return hide(node, scores, add_value(node, "logical_not", "default", {{"self", mask}}));
    }

    // No value attends to later ones.
    ExportedArgument add_causal_mask(const ExportedNode& node, const ExportedArgument& scores, const ExportedArgument& query,
                                     const ExportedArgument& key) {
        const TensorShape *from = shape_of(&query), *to = shape_of(&key);
        if (to == nullptr || to->sizes.size() < 2 || from->sizes.size() < 2 || from->sizes[from->sizes.size() - 2].number <= 0 ||
            to->sizes[to->sizes.size() - 2].number <= 0)
            throw Error("it has a causal attention of unknown length, which ClipScope cannot write out");
        const ExportedArgument sizes{
            .kind = ArgumentKind::list,
            .text = {},
            .items = {integer(from->sizes[from->sizes.size() - 2].number), integer(to->sizes[to->sizes.size() - 2].number)}};
        const ExportedArgument type{.kind = ArgumentKind::scalar_type, .integer = 12, .text = {}, .items = {}};
        const ExportedArgument ones = add_value(node, "ones", "default", {{"size", sizes}, {"dtype", type}});
        return hide(node, scores, add_value(node, "triu", "default", {{"self", ones}, {"diagonal", integer(1)}}));
    }

    ExportedArgument hide(const ExportedNode& node, const ExportedArgument& scores, const ExportedArgument& hidden) {
        return add_value(node, "masked_fill", "Scalar",
                         {{"self", scores}, {"mask", hidden}, {"value", real(-std::numeric_limits<double>::infinity())}});
    }

    ExportedProgram& program_;
    std::size_t between_ = 0;
};

}  // namespace

OperationName operation_name(const std::string& target) {
    if (target == pass_on) return {pass_on, {}};
    if (const std::string_view number = other_name(number_operations, target); !number.empty()) return {std::string(number), {}};
    if (target.starts_with("torch.ops.higher_order."))
        throw Error("it uses " + shown(target) +
                    ", a part of its own that is called in it; export the network without that, or save it with "
                    "torch.jit.trace(...).save()");
    if (!target.starts_with(aten))
        throw Error("it uses the operation " + shown(target) + ", which is none of PyTorch's own that ClipScope knows");
    const std::string name = target.substr(aten.size());
    const std::size_t dot = name.find('.');
    const std::string overload = dot == std::string::npos ? "" : name.substr(dot + 1);
    return {name.substr(0, dot), overload == "default" ? "" : overload};
}

void rewrite_operations(ExportedProgram& program) {
    Rewriter(program).rewrite();
}

}  // namespace clipscope
