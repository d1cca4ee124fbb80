#include "network/formats/exported_program/exported_graph.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "common/error.h"
#include "common/text_list.h"
#include "network/allowed_operations.h"
#include "network/formats/exported_program/exported_tensors.h"
#include "network/formats/exported_program/operations.h"

namespace clipscope {

namespace {

using torch::jit::Graph;
using torch::jit::Node;
using torch::jit::Value;

c10::Symbol symbol_of(const std::string& name) {
    // Python's max and min of sizes stand in another namespace.
    return c10::Symbol::fromQualString("aten::" + name);
}

// Makes values of the graph out of a node's arguments.
class ValueMaker {
public:
    ValueMaker(Graph& graph, const std::unordered_map<std::string, Value*>& values) : graph_(graph), values_(values) {}

    Value* value_of(const std::string& name) const {
        const auto found = values_.find(name);
        if (found == values_.end() || found->second == nullptr)
            throw Error("it uses a value, " + shown(name) + ", that nothing before it computes or that ClipScope does not compute");
        return found->second;
    }

    bool fits(const ExportedArgument& argument, const c10::TypePtr& type) const {
        if (const auto optional = type->cast<c10::OptionalType>())
            return argument.kind == ArgumentKind::none || fits(argument, optional->getElementType());
        if (const auto list = type->cast<c10::ListType>())
            return argument.kind == ArgumentKind::list
                       ? std::all_of(argument.items.begin(), argument.items.end(),
                                     [&](const ExportedArgument& item) { return fits(item, list->getElementType()); })
                       : is_value(argument) && value_of(argument.text)->type()->isSubtypeOf(*type);
        if (is_value(argument)) return fits_value(*value_of(argument.text), type);
        switch (argument.kind) {
            case ArgumentKind::boolean:
                return type->kind() == c10::TypeKind::BoolType || type->kind() == c10::TypeKind::NumberType;
            case ArgumentKind::integer:
                return is_number(type);
            case ArgumentKind::real:
                return type->kind() == c10::TypeKind::FloatType || type->kind() == c10::TypeKind::NumberType ||
                       (type->kind() == c10::TypeKind::IntType && argument.real == double(std::int64_t(argument.real)));
            case ArgumentKind::scalar_type:
            case ArgumentKind::layout:
            case ArgumentKind::memory_format:
                return type->kind() == c10::TypeKind::IntType;
            case ArgumentKind::text:
                return type->kind() == c10::TypeKind::StringType;
            case ArgumentKind::device:
                return type->kind() == c10::TypeKind::DeviceObjType;
            default:
                return false;
        }
    }

    // Of an argument that fits.
    Value* make(const ExportedArgument& argument, const c10::TypePtr& type) const {
        if (argument.kind == ArgumentKind::none) return graph_.insertConstant(c10::IValue());
        if (const auto optional = type->cast<c10::OptionalType>()) return make(argument, optional->getElementType());
        if (is_value(argument)) return value_of(argument.text);
        if (const auto list = type->cast<c10::ListType>()) {
            std::vector<Value*> items;
            for (const ExportedArgument& item : argument.items) items.push_back(make(item, list->getElementType()));
            return graph_.insertNode(graph_.createList(list->getElementType(), items))->output();
        }
        return graph_.insertConstant(constant(argument, type));
    }

private:
    static bool is_value(const ExportedArgument& argument) {
        return argument.kind == ArgumentKind::tensor || argument.kind == ArgumentKind::symbol;
    }
    static bool is_number(const c10::TypePtr& type) {
        return type->kind() == c10::TypeKind::IntType || type->kind() == c10::TypeKind::FloatType ||
               type->kind() == c10::TypeKind::NumberType;
    }
    static bool fits_value(const Value& value, const c10::TypePtr& type) { return value.type()->isSubtypeOf(*type); }

    static c10::IValue constant(const ExportedArgument& argument, const c10::TypePtr& type) {
        switch (argument.kind) {
            case ArgumentKind::boolean:
                if (type->kind() == c10::TypeKind::BoolType) return argument.integer != 0;
                return argument.integer;
            case ArgumentKind::integer:
                if (type->kind() == c10::TypeKind::FloatType) return double(argument.integer);
                return argument.integer;
            case ArgumentKind::real:
                if (type->kind() == c10::TypeKind::IntType) return std::int64_t(argument.real);
                return argument.real;
            case ArgumentKind::text:
                return argument.text;
            case ArgumentKind::device:
                return at::Device(at::kCPU);  // wherever it was exported
            case ArgumentKind::scalar_type:
                return std::int64_t(type_of(argument));
            case ArgumentKind::layout:
                return layout_of(argument);
            default:
                return memory_format_of(argument);
        }
    }
    static at::ScalarType type_of(const ExportedArgument& argument) {
        const std::optional<at::ScalarType> type = scalar_type_of(argument.integer);
        if (!type) throw Error("it converts to a type of numbers (" + std::to_string(argument.integer) + ") that ClipScope does not know");
        return *type;
    }
    static std::int64_t layout_of(const ExportedArgument& argument) {
        constexpr std::int64_t exported_strided = 7;
        if (argument.integer != exported_strided) throw Error("it uses sparse tensors, which ClipScope does not run");
        return std::int64_t(at::kStrided);
    }
    static std::int64_t memory_format_of(const ExportedArgument& argument) {
        switch (argument.integer) {
            case 1:
                return std::int64_t(at::MemoryFormat::Contiguous);
            case 2:
                return std::int64_t(at::MemoryFormat::ChannelsLast);
            case 3:
                return std::int64_t(at::MemoryFormat::ChannelsLast3d);
            case 4:
                return std::int64_t(at::MemoryFormat::Preserve);
            default:
                throw Error("it uses a memory format (" + std::to_string(argument.integer) + ") that ClipScope does not know");
        }
    }

    Graph& graph_;
    const std::unordered_map<std::string, Value*>& values_;
};

class GraphMaker {
public:
    GraphMaker(const ExportedProgram& program, const torch::jit::Module& module)
        : program_(program), graph_(std::make_shared<Graph>()), maker_(*graph_, values_) {
        self_ = graph_->addInput("self");
        self_->setType(module._ivalue()->type());
    }

    std::shared_ptr<Graph> make() {
        for (const ExportedInput& input : program_.inputs) add_input(input);
        for (const ExportedNode& node : program_.nodes) add_node(node);
        std::vector<Value*> outputs;
        for (const ExportedArgument& output : program_.outputs)
            if (output.kind == ArgumentKind::tensor) outputs.push_back(maker_.value_of(output.text));
        if (outputs.empty()) throw Error("it returns no tensor; export it so that forward returns the logits");
        if (outputs.size() > 1) outputs = {graph_->insertNode(graph_->createTuple(outputs))->output()};
        graph_->registerOutput(outputs[0]);
        return graph_;
    }

private:
    void add_input(const ExportedInput& input) {
        if (input.kind == ExportedInput::Kind::images) {
            values_[input.value.text] = graph_->addInput("images")->setType(c10::TensorType::get());
        } else if (input.kind != ExportedInput::Kind::other) {
            Value* owner = self_;
            for (const std::string& name : split_list(input.path, '.')) owner = graph_->insertGetAttr(owner, name);
            values_[input.value.text] = owner;
        }
    }

    void add_node(const ExportedNode& node) {
        graph_->set_current_scope(scope_of(node.module_path));
        if (node.target == pass_on) {
            values_[node.outputs[0].text] = maker_.value_of(node.inputs[0].value.text);
            return;
        }
        const auto [name, overload] = operation_name(node.target);
        if (!is_allowed_operation("aten::" + name))
            throw Error("it uses the operation aten::" + shown(name) + ", which is not on the list of what a network needs");
        auto operators = torch::jit::getAllOperatorsFor(symbol_of(name));
        if (operators.empty())
            throw Error(
                "it uses the operation aten::" + shown(name) +
                ", which this version of LibTorch lacks; export the network without it, or save it with torch.jit.trace(...).save()");
        // The very one that was exported, or one of its siblings: a number where a tensor stood, say.
        std::stable_partition(operators.begin(), operators.end(),
                              [&](const auto& one) { return one->schema().overload_name() == overload; });
        for (const auto& one : operators)
            if (add_operation(node, one->schema(), name)) return;
        throw Error("it uses the operation aten::" + shown(name) + (overload.empty() ? "" : "." + shown(overload)) +
                    " in a way that this version of LibTorch lacks; save it with torch.jit.trace(...).save()");
    }

    // False where the arguments do not fit.
    bool add_operation(const ExportedNode& node, const c10::FunctionSchema& schema, const std::string& name) {
        const std::size_t count = schema.arguments().size();
        std::vector<const ExportedArgument*> given(count, nullptr);
        for (std::size_t i = 0; i < node.inputs.size(); ++i) {
            const NamedArgument& input = node.inputs[i];
            const auto place = place_of(node, schema, i);
            if (place && given[*place] == nullptr)
                given[*place] = &input.value;
            else if (!says_nothing(input.value))
                return false;
        }
        for (std::size_t i = 0; i < count; ++i) {
            const c10::Argument& formal = schema.arguments()[i];
            if (given[i] ? !maker_.fits(*given[i], formal.type()) : !formal.default_value()) return false;
        }
        std::vector<Value*> inputs;
        for (std::size_t i = 0; i < count; ++i) {
            const c10::Argument& formal = schema.arguments()[i];
            inputs.push_back(given[i] ? maker_.make(*given[i], formal.type()) : graph_->insertConstant(*formal.default_value()));
        }
        Node* made = graph_->insertNode(graph_->create(symbol_of(name), inputs, schema.returns().size()));
        for (std::size_t i = 0; i < schema.returns().size(); ++i) made->output(i)->setType(schema.returns()[i].type());
        if (made->maybeOperator() == nullptr) {
            made->destroy();
            return false;
        }
        bind(node, made);
        return true;
    }

    // Which of the schema's arguments an input is: the one of its name, or where the names have changed, the one at its place.
    static std::optional<std::size_t> place_of(const ExportedNode& node, const c10::FunctionSchema& schema, std::size_t index) {
        if (const auto named = schema.argumentIndexWithName(node.inputs[index].name)) return std::size_t(*named);
        if (index >= schema.arguments().size()) return std::nullopt;
        const std::string& name = schema.arguments()[index].name();
        const bool is_taken =
            std::any_of(node.inputs.begin(), node.inputs.end(), [&](const NamedArgument& input) { return input.name == name; });
        return is_taken || schema.arguments()[index].kwarg_only() ? std::nullopt : std::optional(index);
    }

    // Arguments of newer versions, left as they are unless somebody asks for something.
    static bool says_nothing(const ExportedArgument& value) {
        return value.kind == ArgumentKind::none || (value.kind == ArgumentKind::boolean && value.integer == 0);
    }

    void bind(const ExportedNode& node, Node* made) {
        for (std::size_t i = 0; i < node.outputs.size(); ++i) {
            const ExportedArgument& output = node.outputs[i];
            Value* value = i < made->outputs().size() ? made->output(i) : nullptr;
            if (output.kind == ArgumentKind::tensor || output.kind == ArgumentKind::symbol)
                values_[output.text] = value;
            else if (output.kind == ArgumentKind::list && value != nullptr)
                unpack(output, value);
        }
    }

    void unpack(const ExportedArgument& names, Value* list) {
        if (list->type()->kind() != c10::TypeKind::ListType) throw Error("it takes a list out of what is none, so it is damaged");
        Node* unpacked = graph_->insertNode(graph_->createListUnpack(list, names.items.size()));
        for (std::size_t i = 0; i < names.items.size(); ++i) values_[names.items[i].text] = unpacked->output(i);
    }

    torch::jit::ScopePtr scope_of(const std::string& path) {
        torch::jit::ScopePtr& scope = scopes_[path];
        if (!scope) {
            scope = c10::make_intrusive<torch::jit::Scope>();
            if (!path.empty()) scope = scope->push(c10::Symbol::scope(path));
        }
        return scope;
    }

    const ExportedProgram& program_;
    std::shared_ptr<Graph> graph_;
    std::unordered_map<std::string, Value*> values_;  // null: not computed
    std::unordered_map<std::string, torch::jit::ScopePtr> scopes_;
    ValueMaker maker_;
    Value* self_ = nullptr;
};

}  // namespace

void define_forward(const ExportedProgram& program, const torch::jit::Module& module) {
    std::shared_ptr<Graph> graph = GraphMaker(program, module).make();
    const auto type = module.type();
    const c10::QualifiedName name(*type->name(), "forward");
    type->addMethod(module._ivalue()->compilation_unit()->create_function(name, std::move(graph)));
}

}  // namespace clipscope
