#include "network/program_builder.h"

#include <algorithm>
#include <unordered_set>

#include "common/error.h"
#include "network/forward_graph.h"
#include "network/graph_passes.h"
#include "network/later_operations.h"
#include "network/libtorch_internals.h"
#include "network/output_choice.h"

namespace clipscope {

namespace {

std::string join(const std::string& path, const std::string& name) {
    return path.empty() ? name : path + "." + name;
}

// "features.3": where the code of an inlined call came from, as far as the graph remembers it; a graph without calls says it as scopes.
std::string module_path_of(torch::jit::Node* node) {
    std::string path;
    if (!node->callstack()) return node->scopeName();
    for (const auto& entry : (*node->callstack())->vec()) {
        const auto& instance = std::get<2>(entry);
        if (instance && instance->instance_name() != "SELF") path = join(path, instance->instance_name());
    }
    return path;
}

// What two layers share is one parameter, whatever its paths.
TensorIdentity identity_of(const at::Tensor& tensor) {
    const void* place = tensor.numel() > 0 ? tensor.data_ptr() : static_cast<const void*>(tensor.unsafeGetTensorImpl());
    return {place, tensor.sizes().vec(), tensor.strides().vec()};
}

// A batch norm that has running statistics and does not use them.
bool normalises_by_batch(const torch::jit::Node* node) {
    if (node->kind() != c10::aten::batch_norm) return false;
    const auto is_training = torch::jit::toIValue(node->input(5));
    const auto running_mean = torch::jit::toIValue(node->input(3));
    const bool has_statistics = !running_mean || running_mean->isTensor();
    return is_training && is_training->isBool() && is_training->toBool() && has_statistics;
}

StepKind kind_of(const torch::jit::Node* node) {
    switch (node->kind()) {
        case torch::jit::prim::If:
            return StepKind::branch;
        case torch::jit::prim::Loop:
            return StepKind::loop;
        case torch::jit::prim::ListConstruct:
            return StepKind::list_construct;
        case torch::jit::prim::TupleConstruct:
            return StepKind::tuple_construct;
        case torch::jit::prim::ListUnpack:
            return StepKind::list_unpack;
        case torch::jit::prim::TupleUnpack:
            return StepKind::tuple_unpack;
        default:
            return StepKind::operation;
    }
}

}  // namespace

void ProgramBuilder::build(const torch::jit::Module& module) {
    program_.graph_ = inlined_forward(module);
    expand_later_operations(*program_.graph_);
    if (program_.graph_->inputs().size() != 2)
        throw Error("The network's forward takes " + std::to_string(program_.graph_->inputs().size() - 1) +
                    " inputs; ClipScope runs networks that take one batch of images: export it with a single input.");
    name_parameters(module);
    place_on_cpu(program_.graph_->block());
    optimise();
    lay_out();
    fold_constant_lists();
    find_dead_slots();
}

void ProgramBuilder::name_parameters(const torch::jit::Module& module) {
    torch::jit::Graph& graph = *program_.graph_;
    objects_[graph.inputs()[0]] = {"", module._ivalue()};
    visit_attributes(graph.block());
    for (auto node = to_erase_.rbegin(); node != to_erase_.rend(); ++node) (*node)->destroy();
    if (!graph.inputs()[0]->uses().empty())
        throw Error(std::string("The network uses ") + graph.inputs()[0]->uses()[0].user->kind().toUnqualString() +
                    " on itself, which ClipScope cannot run step by step: export it with torch.jit.trace.");
    graph.eraseInput(0);

    std::unordered_set<const c10::TensorImpl*> trainable;
    for (const at::Tensor& parameter : module.parameters()) trainable.insert(parameter.unsafeGetTensorImpl());
    for (NamedTensor& named : program_.tensors_) named.is_trainable = trainable.contains(named.tensor.unsafeGetTensorImpl());
}

void ProgramBuilder::visit_attributes(torch::jit::Block* block) {
    for (torch::jit::Node* node : block->nodes()) {
        if (node->kind() == torch::jit::prim::GetAttr) replace_attribute(node);
        for (torch::jit::Block* inner : node->blocks()) visit_attributes(inner);
    }
}

void ProgramBuilder::replace_attribute(torch::jit::Node* node) {
    const auto owner = objects_.find(node->input());
    if (owner == objects_.end()) return;
    const std::string name = node->s(torch::jit::attr::name);
    const std::string path = join(owner->second.first, name);
    const c10::IValue value = owner->second.second.toObjectRef().getAttr(name);
    if (value.isObject()) {
        objects_[node->output()] = {path, value};
        to_erase_.push_back(node);
        return;
    }
    torch::jit::Value* replacement = nullptr;
    if (value.isTensor()) {
        torch::jit::Value*& input = inputs_by_tensor_[identity_of(value.toTensor())];
        if (!input) {
            input = program_.graph_->addInput();
            input->setType(c10::TensorType::get());
            program_.tensors_.push_back({path, Slot(0), value.toTensor().detach(), false});
        }
        replacement = input;
    } else {
        torch::jit::WithInsertPoint at(node);
        const auto constant = torch::jit::tryInsertConstant(*program_.graph_, value);
        if (!constant)
            throw Error("The network's attribute \"" + path + "\" is of a kind (" + value.tagKind() +
                        ") that ClipScope cannot run: export the network with torch.jit.trace.");
        replacement = *constant;
    }
    node->output()->replaceAllUsesWith(replacement);
    to_erase_.push_back(node);
}

void ProgramBuilder::optimise() {
    auto& graph = program_.graph_;
    torch::jit::EliminateDeadCode(graph);
    torch::jit::ConstantPropagation(graph);
    torch::jit::EliminateExceptions(graph);
    remove_what_does_nothing(graph->block());
    torch::jit::RemoveTensorMutation(graph);
    replace_changes_in_place(*graph, graph->block());
    replace_changes_of_parts(*graph, graph->block());
    replace_appends(*graph);
    replace_row_views(*graph, graph->block());
    torch::jit::ConstantPropagation(graph);
    torch::jit::LowerSimpleTuples(graph);
    keep_logits(*graph, [this](const torch::jit::Value* value) { return parameter_of(value); });
    torch::jit::EliminateDeadCode(graph);
}

const at::Tensor* ProgramBuilder::parameter_of(const torch::jit::Value* value) const {
    const auto inputs = program_.graph_->inputs();
    const auto found = std::find(inputs.begin(), inputs.end(), value);
    return found == inputs.end() || found == inputs.begin() ? nullptr : &program_.tensors_[std::size_t(found - inputs.begin()) - 1].tensor;
}

void ProgramBuilder::lay_out() {
    torch::jit::Graph& graph = *program_.graph_;
    program_.input_slot_ = slot_of(graph.inputs()[0]);
    for (std::size_t i = 1; i < graph.inputs().size(); ++i) {
        NamedTensor& named = program_.tensors_[i - 1];
        named.slot = slot_of(graph.inputs()[i]);
        program_.graph_tensor_paths_.push_back(named.path);
        program_.initial_[std::size_t(named.slot)] = named.tensor;
    }
    program_.steps_ = make_steps(graph.block());
    if (graph.outputs().size() != 1) throw Error("The network returns nothing: export it so that forward returns the logits.");
    program_.output_slot_ = slot_of(graph.outputs()[0]);
    std::erase_if(program_.tensors_, [&](const NamedTensor& named) {
        return std::none_of(graph.inputs().begin(), graph.inputs().end(),
                            [&](const torch::jit::Value* input) { return slots_.at(input) == named.slot && !input->uses().empty(); });
    });
}

Slot ProgramBuilder::slot_of(const torch::jit::Value* value) {
    const auto [entry, is_new] = slots_.try_emplace(value, Slot(program_.initial_.size()));
    if (is_new) program_.initial_.emplace_back();
    return entry->second;
}

std::vector<Slot> ProgramBuilder::slots_of(at::ArrayRef<torch::jit::Value*> values) {
    std::vector<Slot> slots;
    for (const torch::jit::Value* value : values) slots.push_back(slot_of(value));
    return slots;
}

std::vector<Step> ProgramBuilder::make_steps(torch::jit::Block* block) {
    std::vector<Step> steps;
    for (torch::jit::Node* node : block->nodes()) {
        if (node->kind() == torch::jit::prim::Constant)
            program_.initial_[std::size_t(slot_of(node->output()))] = *torch::jit::toIValue(node->output());
        else
            steps.push_back(make_step(node));
    }
    return steps;
}

Block ProgramBuilder::make_block(torch::jit::Block* block) {
    Block result;
    result.inputs = slots_of(block->inputs());
    result.steps = make_steps(block);
    result.outputs = slots_of(block->outputs());
    return result;
}

Step ProgramBuilder::make_step(torch::jit::Node* node) {
    Step step;
    step.kind = kind_of(node);
    step.node = node;
    step.name = node->kind().toQualString();
    step.module_path = module_path_of(node);
    step.inputs = slots_of(node->inputs());
    for (torch::jit::Block* block : node->blocks()) step.blocks.push_back(make_block(block));
    step.outputs = slots_of(node->outputs());
    if (step.kind == StepKind::list_construct) step.output_type = node->output()->type();
    if (step.kind != StepKind::operation) return step;
    // What is changed in place would change for other runs, too, that share it.
    if (const char* changed = changed_in_place(node))
        throw Error(std::string("The network changes ") + changed + " in place (" + step.name +
                    ") in a way that cannot be rewritten: replace that operation, or export the network with torch.jit.trace.");
    if (is_random(node))
        throw Error("The network draws random numbers (" + step.name +
                    "), so that no result could be repeated: call model.eval() before it is traced or scripted, and export it again.");
    if (normalises_by_batch(node))
        throw Error(
            "The network was exported while training: its batch norms take the mean and variance of each batch. Call model.eval() "
            "before it is traced, and export it again.");
    const torch::jit::Operator* op = node->maybeOperator();
    if (!op) throw Error("The network uses " + step.name + ", which ClipScope cannot run step by step: export it with torch.jit.trace.");
    step.is_vararg = op->schema().is_vararg();
    step.operation = op->getOperation(node);
    return step;
}

// Lists of constants (strides, paddings) are values, not work.
void ProgramBuilder::fold_constant_lists() {
    std::erase_if(program_.steps_, [&](const Step& step) {
        if (step.kind != StepKind::list_construct) return false;
        const bool constant = std::all_of(step.inputs.begin(), step.inputs.end(), [&](Slot slot) {
            const c10::IValue& value = program_.initial_[std::size_t(slot)];
            return value.isInt() || value.isDouble() || value.isBool();
        });
        if (!constant) return false;
        run_step(step, program_.initial_);
        return true;
    });
}

void ProgramBuilder::find_dead_slots() {
    std::unordered_set<Slot> read_later{program_.output_slot_};
    const std::unordered_set<Slot> kept = [&] {
        std::unordered_set<Slot> slots;
        for (const NamedTensor& named : program_.tensors_) slots.insert(named.slot);
        for (std::size_t slot = 0; slot < program_.initial_.size(); ++slot)
            if (!program_.initial_[slot].isNone()) slots.insert(Slot(slot));
        return slots;
    }();
    const auto visit = [&](auto&& self, const Step& step, std::vector<Slot>& dead) -> void {
        const auto read = [&](Slot slot) {
            if (read_later.insert(slot).second && !kept.contains(slot)) dead.push_back(slot);
        };
        for (const Block& block : step.blocks) {
            for (const Step& inner : block.steps) self(self, inner, dead);
            for (Slot slot : block.outputs) read(slot);
        }
        for (Slot slot : step.inputs) read(slot);
    };
    for (auto step = program_.steps_.rbegin(); step != program_.steps_.rend(); ++step) {
        for (Slot slot : step->outputs)
            if (!read_later.contains(slot)) step->dead_after.push_back(slot);
        visit(visit, *step, step->dead_after);
    }
}

}  // namespace clipscope
