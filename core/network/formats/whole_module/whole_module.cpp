#include "network/formats/whole_module/whole_module.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/error.h"
#include "network/architectures/architect.h"
#include "network/architectures/architecture_error.h"
#include "network/export_script.h"
#include "network/formats/records/loaded_tensor.h"
#include "network/formats/state_dictionary/state_dictionary.h"
#include "network/formats/state_dictionary/state_dictionary_format.h"
#include "network/formats/whole_module/module_layers.h"

namespace clipscope {

namespace {

using torch::jit::Module;

constexpr std::string_view layers_of_torch = "torch.nn.modules.";
constexpr std::array<std::string_view, 2> wrappers{"torch.nn.parallel.data_parallel.DataParallel",
                                                   "torch.nn.parallel.distributed.DistributedDataParallel"};
constexpr std::array<std::string_view, 5> model_names{"model", "net", "network", "module", "state_dict"};
// Called by pickles of modules and of nothing that could run code.
constexpr std::array<std::string_view, 4> harmless_calls{"__builtin__.set", "builtins.set", "__builtin__.frozenset", "builtins.frozenset"};
constexpr std::size_t max_modules = 20'000;

// The attributes of a pickled module; null for anything else.
const PickleNode* attributes_of(const PickleTree& tree, const PickleNode& node) {
    if (node.kind != PickleKind::instance || node.state.size() != 1) return nullptr;
    const PickleNode& state = tree.at(node.state[0]);
    return tree.find(state, "_modules") != nullptr && tree.find(state, "_parameters") != nullptr ? &state : nullptr;
}

const std::string& class_of(const PickleTree& tree, const PickleNode& module) {
    return tree.at(module.items[0]).text;
}

bool is_identifier(const std::string& name) {
    return !name.empty() && name.size() <= 200 && std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    });
}

// Calls `visit` with the text key and the value of each entry that has one.
template <typename Visit>
void for_each_entry(const PickleTree& tree, const PickleNode* dictionary, const Visit& visit) {
    if (dictionary == nullptr || dictionary->kind != PickleKind::dictionary) return;
    for (std::size_t i = 0; i + 1 < dictionary->items.size(); i += 2)
        if (tree.at(dictionary->items[i]).kind == PickleKind::text) visit(tree.at(dictionary->items[i]).text, dictionary->items[i + 1]);
}

// What a pickle may call even though nobody follows it: a file that calls anything else is no network's.
void check_calls(const PickleTree& tree) {
    for (const PickleNode& node : tree.nodes()) {
        if (node.kind != PickleKind::call) continue;
        const std::string& callee = tree.at(node.items[0]).text;
        const bool is_harmless =
            is_state_global(callee) || std::find(harmless_calls.begin(), harmless_calls.end(), callee) != harmless_calls.end();
        if (!is_harmless)
            throw Error("one of its pickles calls " + callee.substr(0, 200) +
                        ", which could run code and is on no list of what a network needs");
    }
}

class Rebuilder {
public:
    explicit Rebuilder(const SavedObject& object) : object_(object), tree_(object.tree()), architect_("module", std::nullopt) {}

    // Nothing where a part cannot be made again; obstacle() then says what it is.
    std::optional<Module> rebuild(const PickleNode& node) {
        const PickleNode* attributes = attributes_of(tree_, node);
        if (attributes == nullptr) return fail("a part of it");
        if (const auto known = built_.find(&node); known != built_.end()) return known->second;
        if (built_.size() >= max_modules) throw Error("it has more than " + std::to_string(max_modules) + " modules");
        const std::string& name = class_of(tree_, node);
        const bool is_wrapper = std::find(wrappers.begin(), wrappers.end(), name) != wrappers.end();
        if (has_hooks(*attributes)) return fail("the hooks of " + name);
        std::optional<Module> module;
        if (is_wrapper || name == "torch.nn.modules.container.Sequential")
            module = sequence(*attributes);
        else if (name.starts_with(layers_of_torch))
            module = layer(name, *attributes);
        else
            return fail(name);
        if (module) built_.emplace(&node, *module);
        return module;
    }

    const std::string& obstacle() const { return obstacle_; }

private:
    std::optional<Module> fail(const std::string& what) {
        if (obstacle_.empty()) obstacle_ = what.substr(0, 100);
        return std::nullopt;
    }

    bool has_hooks(const PickleNode& attributes) const {
        return std::any_of(hook_places.begin(), hook_places.end(), [&](std::string_view place) {
            const PickleNode* hooks = tree_.find(attributes, place);
            return hooks != nullptr && !hooks->items.empty();
        });
    }

    std::optional<Module> sequence(const PickleNode& attributes) {
        std::vector<std::pair<std::string, Module>> parts;
        bool is_whole = true;
        for_each_entry(tree_, tree_.find(attributes, "_modules"), [&](const std::string& name, PickleId id) {
            if (!is_whole) return;
            std::optional<Module> part = is_identifier(name) ? rebuild(tree_.at(id)) : fail("the name of a part");
            is_whole = part.has_value();
            if (is_whole) parts.emplace_back(name, std::move(*part));
        });
        if (!is_whole) return std::nullopt;
        return architect_.sequential(parts);
    }

    std::optional<Module> layer(const std::string& name, const PickleNode& attributes) {
        const std::string type = name.substr(name.rfind('.') + 1);
        const std::optional<std::string> expression = layer_expression(type, ModuleAttributes(tree_, attributes));
        if (!expression) return fail(name);
        Module module = architect_.container(type);
        for_each_entry(tree_, tree_.find(attributes, "_parameters"), [&](const std::string& parameter, PickleId id) {
            if (const auto stored = object_.tensor_at(tree_.at(id)); stored && is_identifier(parameter))
                module.register_parameter(parameter, load_tensor(object_, *stored), false);
        });
        for_each_entry(tree_, tree_.find(attributes, "_buffers"), [&](const std::string& buffer, PickleId id) {
            if (const auto stored = object_.tensor_at(tree_.at(id)); stored && is_identifier(buffer))
                module.register_buffer(buffer, load_tensor(object_, *stored));
        });
        module.define("def forward(self, x):\n    return " + *expression + "\n");
        return module;
    }

    static constexpr std::array<std::string_view, 2> hook_places{"_forward_hooks", "_forward_pre_hooks"};

    const SavedObject& object_;
    const PickleTree& tree_;
    Architect architect_;
    std::map<const PickleNode*, Module> built_;  // a part that stands at several places is one
    std::string obstacle_;
};

// Parameters and buffers in the order and with the names of Python's state_dict().
class ParameterList {
public:
    explicit ParameterList(const SavedObject& object) : object_(object), tree_(object.tree()) {}

    void add(const PickleNode& module, const std::string& path) {
        const PickleNode* attributes = attributes_of(tree_, module);
        if (attributes == nullptr) return;
        if (++modules_ > max_modules) throw Error("it has more than " + std::to_string(max_modules) + " modules");
        for (const char* place : {"_parameters", "_buffers"}) {
            for_each_entry(tree_, tree_.find(*attributes, place), [&](const std::string& name, PickleId id) {
                if (const auto stored = object_.tensor_at(tree_.at(id))) tensors.emplace_back(path + name, load_tensor(object_, *stored));
            });
        }
        for_each_entry(tree_, tree_.find(*attributes, "_modules"),
                       [&](const std::string& name, PickleId id) { add(tree_.at(id), path + name + "."); });
    }

    StateDictionary tensors;

private:
    const SavedObject& object_;
    const PickleTree& tree_;
    std::size_t modules_ = 0;
};

}  // namespace

const PickleNode* whole_module_in(const PickleTree& tree) {
    if (attributes_of(tree, tree.root()) != nullptr) return &tree.root();
    for (const std::string_view name : model_names)
        if (const PickleNode* value = tree.find(tree.root(), name); value != nullptr && attributes_of(tree, *value) != nullptr)
            return value;
    return nullptr;
}

LoadedModule load_whole_module(const SavedObject& object, const PickleNode& module, const ModelRequest& request) {
    check_calls(object.tree());
    Rebuilder rebuilder(object);
    if (request.architecture.empty())
        if (std::optional<Module> whole = rebuilder.rebuild(module)) return {std::move(*whole), {}, false, {}};
    const std::string& name = class_of(object.tree(), module);
    ParameterList parameters(object);
    parameters.add(module, "");
    drop_wrappings(parameters.tensors);
    try {
        return load_parameters({parameters.tensors, {}, {}}, request);
    } catch (const ArchitectureError&) {
        if (!request.architecture.empty()) throw;
        const std::string needed = rebuilder.obstacle().empty() || rebuilder.obstacle() == name ? "" : " (" + rebuilder.obstacle() + ")";
        throw ArchitectureError("it is a whole module of the class " + name.substr(0, 100) + needed +
                                ", whose code Python alone has, and its parameters fit no built-in architecture; open it in Python and " +
                                std::string(save_with_export_script));
    }
}

}  // namespace clipscope
