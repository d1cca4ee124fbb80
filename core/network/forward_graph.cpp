#include "network/forward_graph.h"

#include <algorithm>

#include "network/libtorch_internals.h"

namespace clipscope {

namespace {

bool has_calls(const torch::jit::Block* block) {
    return std::any_of(block->nodes().begin(), block->nodes().end(), [](const torch::jit::Node* node) {
        return node->kind() == torch::jit::prim::CallMethod || node->kind() == torch::jit::prim::CallFunction ||
               std::any_of(node->blocks().begin(), node->blocks().end(), [](const torch::jit::Block* inner) { return has_calls(inner); });
    });
}

}  // namespace

std::shared_ptr<torch::jit::Graph> inlined_forward(const torch::jit::Module& module) {
    std::shared_ptr<torch::jit::Graph> graph = module.get_method("forward").graph()->copy();
    // One pass inlines one level of calls where LibTorch's executor was told not to optimise, as training does.
    constexpr int max_levels = 100;
    for (int level = 0; level < max_levels && has_calls(graph->block()); ++level) torch::jit::Inline(*graph);
    return graph;
}

void replace_forward(torch::jit::Module& module, const std::shared_ptr<torch::jit::Graph>& graph) {
    const c10::ClassTypePtr type = module.type();
    const c10::QualifiedName name = module.get_method("forward").function().qualname();
    const auto unit = module._ivalue()->compilation_unit();
    type->unsafeRemoveMethod("forward");
    unit->unsafeRemoveMethod(name);
    type->addMethod(unit->create_function(name, graph));
}

}  // namespace clipscope
