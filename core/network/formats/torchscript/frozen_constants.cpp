#include "network/formats/torchscript/frozen_constants.h"

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "network/forward_graph.h"
#include "network/libtorch_internals.h"

namespace clipscope {

namespace {

using torch::jit::Graph;
using torch::jit::Module;
using torch::jit::Node;
using torch::jit::Value;

// Which inputs of an operation are stored, by the names that PyTorch's modules give them; the first is the weight.
struct StoredInputs {
    std::string_view operation;
    std::string_view label;
    std::array<int, 4> inputs;
    std::array<std::string_view, 4> names;
};

constexpr std::array<std::string_view, 4> of_layer{"weight", "bias", "", ""};
constexpr std::array<std::string_view, 4> of_norm{"weight", "bias", "running_mean", "running_var"};
constexpr std::array stored_inputs{
    StoredInputs{"aten::_convolution", "conv", {1, 2, -1, -1}, of_layer},
    StoredInputs{"aten::convolution", "conv", {1, 2, -1, -1}, of_layer},
    StoredInputs{"aten::_convolution_mode", "conv", {1, 2, -1, -1}, of_layer},
    StoredInputs{"aten::conv1d", "conv", {1, 2, -1, -1}, of_layer},
    StoredInputs{"aten::conv2d", "conv", {1, 2, -1, -1}, of_layer},
    StoredInputs{"aten::conv3d", "conv", {1, 2, -1, -1}, of_layer},
    StoredInputs{"aten::conv_transpose1d", "conv", {1, 2, -1, -1}, of_layer},
    StoredInputs{"aten::conv_transpose2d", "conv", {1, 2, -1, -1}, of_layer},
    StoredInputs{"aten::conv_transpose3d", "conv", {1, 2, -1, -1}, of_layer},
    StoredInputs{"aten::linear", "fc", {1, 2, -1, -1}, of_layer},
    StoredInputs{"aten::addmm", "fc", {2, 0, -1, -1}, of_layer},
    StoredInputs{"aten::matmul", "fc", {1, -1, -1, -1}, of_layer},
    StoredInputs{"aten::mm", "fc", {1, -1, -1, -1}, of_layer},
    StoredInputs{"aten::batch_norm", "bn", {1, 2, 3, 4}, of_norm},
    StoredInputs{"aten::instance_norm", "norm", {1, 2, 3, 4}, of_norm},
    StoredInputs{"aten::layer_norm", "norm", {2, 3, -1, -1}, of_layer},
    StoredInputs{"aten::group_norm", "norm", {2, 3, -1, -1}, of_layer},
    StoredInputs{"aten::prelu", "prelu", {1, -1, -1, -1}, of_layer},
    StoredInputs{"aten::embedding", "embedding", {0, -1, -1, -1}, of_layer},
};

const StoredInputs* stored_inputs_of(const Node* node) {
    const auto known = std::find_if(stored_inputs.begin(), stored_inputs.end(),
                                    [&](const StoredInputs& stored) { return stored.operation == node->kind().toQualString(); });
    return known == stored_inputs.end() ? nullptr : &*known;
}

// A constant that is a dense floating-point tensor of one dimension or more; an undefined one otherwise.
at::Tensor stored_constant(const Value* value) {
    if (value->node()->kind() != torch::jit::prim::Constant) return {};
    const auto constant = torch::jit::toIValue(value);
    if (!constant || !constant->isTensor()) return {};
    const at::Tensor tensor = constant->toTensor();
    const bool is_stored = tensor.defined() && tensor.layout() == at::kStrided && tensor.is_floating_point() && tensor.dim() > 0;
    return is_stored ? tensor : at::Tensor();
}

bool is_frozen(const torch::jit::Block* block) {
    return std::any_of(block->nodes().begin(), block->nodes().end(), [](const Node* node) {
        const StoredInputs* known = stored_inputs_of(node);
        if (known && (known->label == "conv" || known->label == "fc") && std::size_t(known->inputs[0]) < node->inputs().size()) {
            const at::Tensor weight = stored_constant(node->input(std::size_t(known->inputs[0])));
            if (weight.defined() && weight.dim() >= 2) return true;
        }
        return std::any_of(node->blocks().begin(), node->blocks().end(), [](const torch::jit::Block* inner) { return is_frozen(inner); });
    });
}

class FrozenModule {
public:
    FrozenModule(Module& module, std::shared_ptr<Graph> graph) : module_(module), graph_(std::move(graph)) {}

    void name_parameters() {
        visit(graph_->block());
        const torch::jit::WithInsertPoint first(*graph_->nodes().begin());
        for (const Named& named : named_) {
            Value* owner = graph_->insertGetAttr(graph_->inputs()[0], named.owner);
            named.constant->replaceAllUsesWith(graph_->insertGetAttr(owner, named.name));
        }
        torch::jit::EliminateDeadCode(graph_);
        replace_forward(module_, graph_);
    }

private:
    struct Named {
        Value* constant;
        std::string owner, name;
    };
    using Identity = std::tuple<const void*, std::vector<std::int64_t>, std::vector<std::int64_t>>;

    void visit(torch::jit::Block* block) {
        for (Node* node : block->nodes()) {
            visit_inputs(node);
            for (torch::jit::Block* inner : node->blocks()) visit(inner);
        }
    }

    void visit_inputs(Node* node) {
        std::string owner;  // one for all that this operation brings
        if (const StoredInputs* known = stored_inputs_of(node))
            for (std::size_t i = 0; i < known->inputs.size(); ++i)
                if (known->inputs[i] >= 0 && std::size_t(known->inputs[i]) < node->inputs().size())
                    name(node->input(std::size_t(known->inputs[i])), std::string(known->label), std::string(known->names[i]), owner);
        for (Value* input : node->inputs()) {
            const at::Tensor tensor = stored_constant(input);
            std::string own;
            if (tensor.defined() && tensor.numel() > 1 && tensor.dim() >= 2) name(input, "constant", "value", own);
        }
    }

    void name(Value* constant, const std::string& label, const std::string& name, std::string& owner) {
        const at::Tensor tensor = stored_constant(constant);
        if (!tensor.defined() || !known_.insert(constant).second) return;
        auto [place, is_new] = places_.try_emplace(Identity{tensor.data_ptr(), tensor.sizes().vec(), tensor.strides().vec()});
        if (is_new) {
            if (owner.empty()) owner = add_module(label);
            Module part = module_.attr(owner).toModule();
            if (name.starts_with("running_"))
                part.register_buffer(name, tensor);
            else
                part.register_parameter(name, tensor, false);
            place->second = {owner, name};
        }
        named_.push_back({constant, place->second.first, place->second.second});
    }

    std::string add_module(const std::string& label) {
        std::string name;
        do name = label + "_" + std::to_string(++counts_[label]);
        while (module_.hasattr(name));
        const Module part(c10::QualifiedName("__torch__.clipscope.frozen." + label), module_._ivalue()->compilation_unit(), true);
        module_.register_module(name, part);
        return name;
    }

    Module& module_;
    std::shared_ptr<Graph> graph_;
    std::set<const Value*> known_;
    std::map<Identity, std::pair<std::string, std::string>> places_;  // of what has a name
    std::map<std::string, int> counts_;
    std::vector<Named> named_;
};

}  // namespace

void name_frozen_parameters(Module& module) {
    std::shared_ptr<Graph> graph = inlined_forward(module);
    if (is_frozen(graph->block())) FrozenModule(module, std::move(graph)).name_parameters();
}

}  // namespace clipscope
