#include "network/later_operations.h"

#include <torch/library.h>
#include <torch/version.h>

#include <cmath>
#include <limits>
#include <vector>

#include "network/libtorch_internals.h"

namespace clipscope {

#if TORCH_VERSION_MAJOR < 2

namespace {

using torch::jit::Node;
using torch::jit::Value;

constexpr const char* attention_schema =
    "scaled_dot_product_attention(Tensor query, Tensor key, Tensor value, Tensor? attn_mask=None, float dropout_p=0.0, bool "
    "is_causal=False, "
    "*, float? scale=None, bool enable_gqa=False) -> Tensor";

at::Tensor masked(const at::Tensor& scores, const at::Tensor& mask) {
    if (mask.scalar_type() != at::kBool) return scores + mask;
    return scores.masked_fill(mask.logical_not(), -std::numeric_limits<double>::infinity());
}

// softmax(Q K^T / sqrt(d) + mask) V, as "Attention Is All You Need" defines it; query [..., L, d], key [..., S, d], value [..., S, e].
at::Tensor attention(const at::Tensor& query, const at::Tensor& key, const at::Tensor& value, const c10::optional<at::Tensor>& mask,
                     double dropout, bool is_causal, c10::optional<double> scale, bool is_grouped) {
    TORCH_CHECK(dropout == 0, "an attention drops values, as in training; call model.eval() before the network is exported");
    TORCH_CHECK(!is_grouped, "an attention has grouped queries, which this version of LibTorch cannot run");
    const double factor = scale ? *scale : 1.0 / std::sqrt(query.size(-1));
    at::Tensor scores = at::matmul(query, key.transpose(-2, -1)) * factor;
    if (is_causal) scores = masked(scores, at::ones({query.size(-2), key.size(-2)}, query.options().dtype(at::kBool)).tril());
    if (mask) scores = masked(scores, *mask);
    return at::matmul(at::softmax(scores, -1), value);
}

bool is_constant(const Value* value, const c10::IValue& wanted) {
    const auto constant = torch::jit::toIValue(value);
    return constant && *constant == wanted;
}

// Without mask, dropout and groups; those are rare and stay whole.
bool is_plain_attention(const Node* node) {
    static const c10::Symbol kind = c10::Symbol::fromQualString("aten::scaled_dot_product_attention");
    return node->kind() == kind && node->inputs().size() == 8 && is_constant(node->input(3), {}) && is_constant(node->input(4), 0.0) &&
           is_constant(node->input(5), false) && is_constant(node->input(7), false) && torch::jit::toIValue(node->input(6));
}

void expand_attention(Node* node) {
    torch::jit::Graph& graph = *node->owningGraph();
    const torch::jit::WithInsertPoint place(node);
    const auto operation = [&](const char* name, const std::vector<torch::jit::NamedValue>& arguments) {
        Value* made = graph.insert(c10::Symbol::aten(name), arguments);
        made->node()->copyMetadata(node);
        return made;
    };
    Value* factor = node->input(6);
    if (torch::jit::toIValue(factor)->isNone())
        factor = operation("div", {1.0, operation("sqrt", {operation("size", {node->input(0), std::int64_t(-1)})})});
    Value* const turned = operation("transpose", {node->input(1), std::int64_t(-2), std::int64_t(-1)});
    Value* const scores = operation("mul", {operation("matmul", {node->input(0), turned}), factor});
    Value* const weights = operation("softmax", {scores, std::int64_t(-1), c10::IValue()});
    node->output()->replaceAllUsesWith(operation("matmul", {weights, node->input(2)}));
}

void expand(torch::jit::Block* block) {
    for (auto node = block->nodes().begin(); node != block->nodes().end(); ++node) {
        for (torch::jit::Block* inner : node->blocks()) expand(inner);
        if (!is_plain_attention(*node)) continue;
        expand_attention(*node);
        node.destroyCurrent();
    }
}

}  // namespace

void register_later_operations() {
    static const torch::Library library = [] {
        torch::Library made(torch::Library::FRAGMENT, "aten", c10::nullopt, __FILE__, __LINE__);
        made.def(attention_schema, &attention);
        return made;
    }();
}

void expand_later_operations(torch::jit::Graph& graph) {
    expand(graph.block());
}

#else

void register_later_operations() {}

void expand_later_operations(torch::jit::Graph&) {}

#endif

}  // namespace clipscope
