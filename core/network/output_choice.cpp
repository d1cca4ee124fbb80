#include "network/output_choice.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "common/error.h"
#include "common/text_list.h"

namespace clipscope {

namespace {

using torch::jit::Graph;
using torch::jit::Node;
using torch::jit::Value;

constexpr std::array<std::string_view, 12> logits_names{"logits",     "out",         "output",        "outputs",
                                                        "prediction", "predictions", "pred",          "prediction_logits",
                                                        "scores",     "score",       "probabilities", "probs"};
constexpr std::array<std::string_view, 4> probability_operations{"aten::softmax", "aten::_softmax", "aten::log_softmax", "aten::sigmoid"};
// One value for each of their first input's.
constexpr std::array<std::string_view, 12> elementwise{"aten::relu",    "aten::relu_", "aten::tanh",       "aten::dropout",
                                                       "aten::detach",  "aten::to",    "aten::contiguous", "aten::float",
                                                       "aten::sigmoid", "aten::gelu",  "aten::clone",      "aten::leaky_relu"};
constexpr std::array<std::string_view, 8> image_operations{
    "aten::_convolution", "aten::conv2d",     "aten::convolution",         "aten::_convolution_mode",
    "aten::max_pool2d",   "aten::avg_pool2d", "aten::adaptive_avg_pool2d", "aten::adaptive_max_pool2d"};
constexpr int max_nesting = 20;
constexpr std::size_t max_outputs = 100;

template <std::size_t size>
bool is_one_of(const std::array<std::string_view, size>& names, const Node* node) {
    return std::find(names.begin(), names.end(), std::string_view(node->kind().toQualString())) != names.end();
}

struct Output {
    std::string name;  // the key in a dictionary
    Value* value = nullptr;
    std::optional<std::int64_t> width;  // values an image, where a linear layer says so
    bool is_map = false;                // of more than two dimensions
};

bool is_tensor(const Value* value) {
    const auto optional = value->type()->cast<c10::OptionalType>();
    const c10::TypePtr type = optional ? optional->getElementType() : value->type();
    return type->isSubtypeOf(*c10::TensorType::get());
}

// False where a part of the output is made in a way that cannot be looked into.
bool collect(Value* value, const std::string& name, int depth, std::vector<Output>& outputs) {
    if (depth > max_nesting || outputs.size() > max_outputs) return false;
    Node* maker = value->node();
    if (is_tensor(value)) {
        outputs.push_back({name, value, {}, false});
        return true;
    }
    if (maker->kind() == torch::jit::prim::TupleConstruct || maker->kind() == torch::jit::prim::ListConstruct)
        return std::all_of(maker->inputs().begin(), maker->inputs().end(),
                           [&](Value* input) { return collect(input, name, depth + 1, outputs); });
    if (maker->kind() == torch::jit::prim::DictConstruct) {
        for (std::size_t i = 0; i + 1 < maker->inputs().size(); i += 2) {
            const auto key = torch::jit::toIValue(maker->input(i));
            if (!collect(maker->input(i + 1), key && key->isString() ? key->toStringRef() : "", depth + 1, outputs)) return false;
        }
        return true;
    }
    return maker->kind() == torch::jit::prim::Constant;  // None, a number
}

using ParameterOf = std::function<const at::Tensor*(const Value*)>;

// How many values a linear layer puts out, by its weight: a parameter, or one turned.
std::optional<std::int64_t> outputs_of(const Value* weight, int dimension, const ParameterOf& parameter_of) {
    const bool is_turned = weight->node()->kind() == c10::aten::t;
    const at::Tensor* parameter = parameter_of(is_turned ? weight->node()->input(0) : weight);
    if (!parameter || parameter->dim() != 2) return std::nullopt;
    return parameter->size(is_turned ? 1 - dimension : dimension);
}

void describe(Output& output, const ParameterOf& parameter_of) {
    const Node* maker = output.value->node();
    while ((is_one_of(elementwise, maker) || is_one_of(probability_operations, maker)) && maker->inputs().size() > 0)
        maker = maker->input(0)->node();
    output.is_map = is_one_of(image_operations, maker);
    if (maker->kind() == c10::aten::linear) output.width = outputs_of(maker->input(1), 0, parameter_of);
    if (maker->kind() == c10::aten::addmm) output.width = outputs_of(maker->input(2), 1, parameter_of);
}

// All that a value is computed from.
std::unordered_set<const Value*> sources_of(const Value* value) {
    std::unordered_set<const Value*> sources;
    std::vector<const Value*> rest{value};
    std::vector<const Node*> nodes;
    const auto add = [&](const Value* source) {
        if (sources.insert(source).second) rest.push_back(source);
    };
    while (!rest.empty()) {
        nodes.push_back(rest.back()->node());
        rest.pop_back();
        while (!nodes.empty()) {
            const Node* node = nodes.back();
            nodes.pop_back();
            for (const Value* input : node->inputs()) add(input);
            for (const torch::jit::Block* block : node->blocks()) {
                for (const Node* inner : block->nodes()) nodes.push_back(inner);
                for (const Value* inner : block->outputs()) add(inner);
            }
        }
    }
    return sources;
}

// Drops those of which `is_worse` says so, but never all.
template <typename Predicate>
void drop(std::vector<Output>& outputs, const Predicate& is_worse) {
    std::vector<Output> kept;
    std::copy_if(outputs.begin(), outputs.end(), std::back_inserter(kept), [&](const Output& output) { return !is_worse(output); });
    if (!kept.empty()) outputs = std::move(kept);
}

// Probabilities beside the logits they come from, features beside the logits that come from them.
void drop_related(std::vector<Output>& outputs) {
    const auto any = [&](const auto& is_reason) { return std::any_of(outputs.begin(), outputs.end(), is_reason); };
    const std::vector<Output> all = outputs;
    drop(outputs, [&](const Output& output) {
        return is_one_of(probability_operations, output.value->node()) &&
               std::any_of(all.begin(), all.end(), [&](const Output& other) { return other.value == output.value->node()->input(0); });
    });
    if (!any([](const Output& output) { return output.width.has_value(); })) return;
    std::unordered_set<const Value*> features;
    for (const Output& output : outputs) {
        if (!output.width) continue;
        const auto sources = sources_of(output.value);
        for (const Output& other : outputs)
            if (other.value != output.value && sources.contains(other.value)) features.insert(other.value);
    }
    drop(outputs, [&](const Output& output) { return features.contains(output.value); });
    drop(outputs, [](const Output& output) { return !output.width; });
}

Value* chosen(std::vector<Output> outputs, const ParameterOf& parameter_of) {
    for (const std::string_view name : logits_names)
        for (const Output& output : outputs)
            if (lower_case(output.name) == name) return output.value;
    for (Output& output : outputs) describe(output, parameter_of);
    drop(outputs, [](const Output& output) { return output.is_map; });
    if (outputs.size() > 1) drop_related(outputs);
    const auto first = outputs.front().width;
    if (first && std::any_of(outputs.begin(), outputs.end(), [&](const Output& output) { return output.width != first; })) {
        std::string text;
        for (const Output& output : outputs) text += (text.empty() ? "" : ", ") + std::to_string(output.width.value_or(0));
        throw Error("The network has " + std::to_string(outputs.size()) + " outputs (" + text +
                    " values an image), and nothing says which of them are the logits: export it so that forward returns these alone.");
    }
    return outputs.front().value;
}

void collect_tensors(const c10::IValue& value, int depth, std::vector<at::Tensor>& tensors) {
    if (depth > max_nesting || tensors.size() > max_outputs) return;
    if (value.isTensor()) tensors.push_back(value.toTensor());
    if (value.isTuple())
        for (const c10::IValue& part : value.toTupleRef().elements()) collect_tensors(part, depth + 1, tensors);
    if (value.isTensorList())
        for (const at::Tensor& part : value.toTensorVector()) tensors.push_back(part);
    else if (value.isList())
        for (const c10::IValue& part : value.toListRef()) collect_tensors(part, depth + 1, tensors);
    if (value.isGenericDict())
        for (const auto& entry : value.toGenericDict()) collect_tensors(entry.value(), depth + 1, tensors);
}

}  // namespace

void keep_logits(Graph& graph, const ParameterOf& parameter_of) {
    if (graph.outputs().size() != 1 || is_tensor(graph.outputs()[0])) return;
    std::vector<Output> outputs;
    if (!collect(graph.outputs()[0], {}, 0, outputs) || outputs.empty()) return;
    Value* logits = chosen(std::move(outputs), parameter_of);
    graph.eraseOutput(0);
    graph.registerOutput(logits);
}

at::Tensor logits_in(const c10::IValue& output) {
    if (output.isTensor()) return output.toTensor();
    std::vector<at::Tensor> tensors;
    collect_tensors(output, 0, tensors);
    if (tensors.empty()) throw Error("The network returns no tensor: export it so that forward returns the logits.");
    const auto rows = std::find_if(tensors.begin(), tensors.end(), [](const at::Tensor& tensor) { return tensor.dim() == 2; });
    return rows == tensors.end() ? tensors.front() : *rows;
}

}  // namespace clipscope
