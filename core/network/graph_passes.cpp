#include "network/graph_passes.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

#include "network/libtorch_internals.h"

namespace clipscope {

namespace {

using torch::jit::Block;
using torch::jit::Graph;
using torch::jit::Node;
using torch::jit::Value;

constexpr std::array<std::string_view, 8> dropouts{
    "aten::dropout",       "aten::dropout_",       "aten::feature_dropout",       "aten::feature_dropout_",
    "aten::alpha_dropout", "aten::alpha_dropout_", "aten::feature_alpha_dropout", "aten::feature_alpha_dropout_"};
constexpr std::array<std::string_view, 5> list_readers{"aten::cat", "aten::stack", "aten::len", "aten::__getitem__", "aten::append"};
constexpr std::array<std::string_view, 11> random_operations{
    "aten::bernoulli", "aten::rand",   "aten::randn",   "aten::rand_like",   "aten::randn_like",  "aten::randint",
    "aten::randperm",  "aten::normal", "aten::uniform", "aten::multinomial", "aten::randint_like"};

template <std::size_t size>
bool is_one_of(const std::array<std::string_view, size>& names, const Node* node) {
    return std::find(names.begin(), names.end(), std::string_view(node->kind().toQualString())) != names.end();
}

// Also one that drops with probability 0: torchvision's Swin has those, in training for ever.
bool is_inactive_dropout(const Node* node) {
    if (!is_one_of(dropouts, node)) return false;
    const auto probability = torch::jit::toIValue(node->input(1));
    if (probability && probability->isDouble() && probability->toDouble() == 0) return true;
    const auto is_training = torch::jit::toIValue(node->input(2));
    return is_training && is_training->isBool() && !is_training->toBool();
}

bool is_needless_cast(const Node* node) {
    return node->kind() == torch::jit::prim::unchecked_cast && node->input()->type()->isSubtypeOf(*node->output()->type());
}

bool is_list_of_this_block(const Node* node) {
    const Block* block = node->owningBlock();
    const auto& uses = node->output()->uses();
    return std::all_of(uses.begin(), uses.end(), [&](const torch::jit::Use& use) {
        const bool is_append = use.user->kind() == c10::aten::append;
        return is_one_of(list_readers, use.user) && (!is_append || (use.user->owningBlock() == block && use.offset == 0));
    });
}

// Whether `number` is the first dimension of `values`, as traced (by way of a tensor) and as scripted.
bool is_first_dimension(const Value* number, const Value* values) {
    const Node* node = number->node();
    while (node->kind() == c10::aten::Int || node->kind() == torch::jit::prim::NumToTensor) node = node->input(0)->node();
    if (node->kind() != c10::aten::size || node->inputs().size() != 2 || node->input(0) != values) return false;
    const auto dimension = torch::jit::toIValue(node->input(1));
    return dimension && dimension->isInt() && dimension->toInt() == 0;
}

bool is_image_batch(const Value* value) {
    const Node* maker = value->node();
    return maker->kind() == torch::jit::prim::Param && value->offset() == 0 && maker->owningBlock()->owningNode() == nullptr;
}

// Those with a channel dimension at least; a vector of one number an image has no dimension to flatten.
bool has_channels(const Value* values) {
    constexpr std::array<std::string_view, 12> makers{
        "aten::_convolution",        "aten::conv2d",     "aten::max_pool2d", "aten::avg_pool2d", "aten::adaptive_avg_pool2d",
        "aten::adaptive_max_pool2d", "aten::batch_norm", "aten::relu",       "aten::relu_",      "aten::hardtanh",
        "aten::leaky_relu",          "aten::add"};
    const Node* maker = values->node();
    while (is_one_of(makers, maker)) {
        const std::string_view name = maker->kind().toQualString();
        if (name.find("conv") != name.npos || name.find("2d") != name.npos || name == "aten::batch_norm") return true;
        values = maker->input(0);
        maker = values->node();
    }
    return is_image_batch(values);
}

bool is_row_view(const Node* node) {
    if (node->kind() != c10::aten::view && node->kind() != c10::aten::reshape) return false;
    if (!has_channels(node->input(0))) return false;
    const Node* shape = node->inputs().size() == 2 ? node->input(1)->node() : nullptr;
    return shape && shape->kind() == torch::jit::prim::ListConstruct && shape->inputs().size() == 2 &&
           is_first_dimension(shape->input(0), node->input(0)) && torch::jit::toIValue(shape->input(1));
}

// Whether all that the node puts out is new memory.
bool makes_its_own(const Node* node) {
    const c10::FunctionSchema* schema = node->maybeSchema();
    return schema && std::none_of(schema->returns().begin(), schema->returns().end(),
                                  [](const c10::Argument& made) { return made.alias_info(); });
}

// A value of this block that nothing else shares before `change` runs: made by an operation that makes a tensor of its own, and read by
// such only.
bool is_unshared_before(const Value* value, const Node* change) {
    const Node* maker = value->node();
    if (maker->owningBlock() != change->owningBlock() || (!is_image_batch(value) && !makes_its_own(maker))) return false;
    return std::all_of(value->uses().begin(), value->uses().end(), [&](const torch::jit::Use& use) {
        return use.user == change || use.user->isAfter(change) || (use.user->kind() != torch::jit::prim::Return && makes_its_own(use.user));
    });
}

// What takes a part out of a tensor, and what puts one in.
bool takes_a_part(const Node* node) {
    return node->kind() == c10::aten::slice || node->kind() == c10::aten::select;
}

Value* put_part(Graph& graph, Node* taker, Value* part) {
    std::vector<Value*> inputs{taker->input(0), part};
    for (std::size_t i = 1; i < taker->inputs().size(); ++i) inputs.push_back(taker->input(i));
    const bool is_slice = taker->kind() == c10::aten::slice;
    Node* put = graph.insertNode(graph.create(c10::Symbol::fromQualString(is_slice ? "aten::slice_scatter" : "aten::select_scatter"), inputs));
    put->output()->setType(c10::TensorType::get());
    return put->output();
}

// Whether nothing reads the part, or a part of it, once `change` ran.
bool is_over_with(const Value* part, const Node* change) {
    return std::all_of(part->uses().begin(), part->uses().end(), [&](const torch::jit::Use& use) {
        if (use.user == change) return use.offset == 0;
        if (!use.user->isBefore(change)) return false;
        return makes_its_own(use.user) || (takes_a_part(use.user) && is_over_with(use.user->output(), change));
    });
}

// The tensor whose part `change` changes, where nothing else shares its memory; null elsewhere. `takers` get what takes that part, the last
// first.
Value* whole_of(Node* change, std::vector<Node*>& takers) {
    Value* whole = change->input(0);
    while (takes_a_part(whole->node()) && whole->node()->owningBlock() == change->owningBlock()) {
        takers.push_back(whole->node());
        if (!is_over_with(whole, change)) return nullptr;
        whole = whole->node()->input(0);
    }
    if (takers.empty() || whole->node()->owningBlock() != change->owningBlock() || !makes_its_own(whole->node())) return nullptr;
    const bool is_unshared = std::all_of(whole->uses().begin(), whole->uses().end(), [&](const torch::jit::Use& use) {
        return use.user->isAfter(change) || makes_its_own(use.user) ||
               (takes_a_part(use.user) && is_over_with(use.user->output(), change));
    });
    return is_unshared ? whole : nullptr;
}

// relu_(x) as relu(x); null where there is no such form.
Node* functional_form(Graph& graph, Node* change) {
    const std::string name = change->kind().toQualString();
    const c10::FunctionSchema* schema = change->maybeSchema();
    if (!name.ends_with('_') || name.ends_with("__") || !schema || !schema->is_mutable() || change->outputs().size() != 1) return nullptr;
    Node* form = graph.create(c10::Symbol::fromQualString(name.substr(0, name.size() - 1)), change->inputs());
    form->copyMetadata(change);
    const c10::FunctionSchema* found = form->maybeSchema();
    if (found && !found->is_mutable() && found->returns().size() == 1) return form;
    form->destroy();
    return nullptr;
}

// The first append in program order; null where there is none.
Node* first_append(const Node* list) {
    Node* first = nullptr;
    for (const torch::jit::Use& use : list->output()->uses())
        if (use.user->kind() == c10::aten::append && (!first || use.user->isBefore(first))) first = use.user;
    return first;
}

void replace_appends(Graph& graph, Block* block) {
    std::vector<Node*> lists;
    for (Node* node : block->nodes()) {
        if (node->kind() == torch::jit::prim::ListConstruct) lists.push_back(node);
        for (Block* inner : node->blocks()) replace_appends(graph, inner);
    }
    for (Node* list : lists) {
        if (!is_list_of_this_block(list)) continue;
        while (Node* append = first_append(list)) {
            const torch::jit::WithInsertPoint at(append);
            std::vector<Value*> elements = list->inputs().vec();
            elements.push_back(append->input(1));
            const auto element = list->output()->type()->expectRef<c10::ListType>().getElementType();
            Node* longer = graph.insertNode(graph.createList(element, elements));
            append->output()->replaceAllUsesWith(longer->output());
            append->replaceInput(0, longer->output());
            list->output()->replaceAllUsesAfterNodeWith(append, longer->output());
            append->destroy();
            list = longer;
        }
    }
}

}  // namespace

void place_on_cpu(Block* block) {
    for (auto node = block->nodes().begin(); node != block->nodes().end(); ++node) {
        for (Block* inner : node->blocks()) place_on_cpu(inner);
        if (node->kind() == c10::Symbol::fromQualString("aten::cuda")) {
            node->output()->replaceAllUsesWith(node->input(0));
            node.destroyCurrent();
        } else if (node->kind() == torch::jit::prim::Constant) {
            const auto value = torch::jit::toIValue(node->output());
            if (!value || !value->isDevice() || value->toDevice().is_cpu()) continue;
            const torch::jit::WithInsertPoint at(*node);
            node->output()->replaceAllUsesWith(block->owningGraph()->insertConstant(at::Device(at::kCPU)));
            node.destroyCurrent();
        }
    }
}

void remove_what_does_nothing(Block* block) {
    for (auto node = block->nodes().begin(); node != block->nodes().end(); ++node) {
        for (Block* inner : node->blocks()) remove_what_does_nothing(inner);
        if (is_inactive_dropout(*node) || is_needless_cast(*node)) {
            node->output()->replaceAllUsesWith(node->input(0));
            node.destroyCurrent();
        } else if (node->kind() == c10::aten::warn) {
            node.destroyCurrent();
        }
    }
}

void replace_changes_in_place(Graph& graph, Block* block) {
    for (auto node = block->nodes().begin(); node != block->nodes().end(); ++node) {
        for (Block* inner : node->blocks()) replace_changes_in_place(graph, inner);
        Node* change = *node;
        if (!changed_in_place(change) || !is_unshared_before(change->input(0), change)) continue;
        Node* form = functional_form(graph, change);
        if (!form) continue;
        form->insertBefore(change);
        form->output()->setType(change->output()->type());
        change->output()->replaceAllUsesWith(form->output());
        change->input(0)->replaceAllUsesAfterNodeWith(change, form->output());
        node.destroyCurrent();
    }
}

void replace_changes_of_parts(Graph& graph, Block* block) {
    for (auto node = block->nodes().begin(); node != block->nodes().end(); ++node) {
        for (Block* inner : node->blocks()) replace_changes_of_parts(graph, inner);
        Node* change = *node;
        std::vector<Node*> takers;
        if (!changed_in_place(change)) continue;
        Value* whole = whole_of(change, takers);
        Node* form = whole ? functional_form(graph, change) : nullptr;
        if (!form) continue;
        const torch::jit::WithInsertPoint at(change);
        graph.insertNode(form);
        form->output()->setType(change->output()->type());
        change->output()->replaceAllUsesWith(form->output());
        Value* part = form->output();
        for (Node* taker : takers) part = put_part(graph, taker, part);
        whole->replaceAllUsesAfterNodeWith(change, part);
        node.destroyCurrent();
    }
}

void replace_row_views(Graph& graph, Block* block) {
    for (auto node = block->nodes().begin(); node != block->nodes().end(); ++node) {
        for (Block* inner : node->blocks()) replace_row_views(graph, inner);
        if (!is_row_view(*node)) continue;
        const torch::jit::WithInsertPoint at(*node);
        Node* flatten = graph.create(c10::aten::flatten, {node->input(0), graph.insertConstant(1), graph.insertConstant(-1)});
        graph.insertNode(flatten)->copyMetadata(*node);
        flatten->output()->setType(node->output()->type());
        node->output()->replaceAllUsesWith(flatten->output());
        node.destroyCurrent();
    }
}

void replace_appends(Graph& graph) {
    replace_appends(graph, graph.block());
}

const char* changed_in_place(const Node* node) {
    const c10::FunctionSchema* schema = node->maybeSchema();
    if (!schema || !schema->is_mutable()) return nullptr;
    const char* changed = "a list";
    for (std::size_t i = 0; i < schema->arguments().size() && i < node->inputs().size(); ++i) {
        const c10::AliasInfo* alias = schema->arguments()[i].alias_info();
        if (alias && alias->isWrite() && node->input(i)->type()->isSubtypeOf(*c10::TensorType::get())) changed = "a tensor";
    }
    return changed;
}

bool is_random(const Node* node) {
    std::string name = node->kind().toQualString();
    if (name.ends_with('_')) name.pop_back();
    if (std::find(random_operations.begin(), random_operations.end(), std::string_view(name)) != random_operations.end()) return true;
    if (name == "aten::scaled_dot_product_attention" && node->inputs().size() > 4) {
        const auto dropped = torch::jit::toIValue(node->input(4));
        return !dropped || !dropped->isDouble() || dropped->toDouble() != 0;
    }
    return is_one_of(dropouts, node);  // what is left of them drops something
}

}  // namespace clipscope
