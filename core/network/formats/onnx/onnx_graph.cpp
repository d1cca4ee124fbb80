#include "network/formats/onnx/onnx_graph.h"

#include <algorithm>
#include <cctype>
#include <utility>

#include "common/error.h"
#include "network/allowed_operations.h"
#include "network/formats/onnx/onnx_node.h"
#include "network/formats/onnx/onnx_tensor.h"
#include "network/libtorch_internals.h"

namespace clipscope {

namespace {

using torch::jit::Node;
using torch::jit::Value;

constexpr std::int64_t max_folded_bytes = std::int64_t(192) << 20;
constexpr int max_branch_depth = 10;

std::string lower(std::string text) {
    std::ranges::transform(text, text.begin(), [](unsigned char c) { return char(std::tolower(c)); });
    return text;
}

std::string name_of_words(const ParameterCodec& codec) {
    if (codec.bits() == 32) return "int32";
    // All bits set is the greatest word of unsigned integers alone.
    return codec.decode(0xFF, 0) > codec.decode(0x7F, 0) ? "uint8" : "int8";
}

Shape shape_of(const at::Tensor& tensor) {
    Shape shape;
    for (const std::int64_t dim : tensor.sizes()) shape.push_back(Number::of(dim));
    return shape;
}

}  // namespace

OnnxGraph::OnnxGraph(const OnnxFile& file, const OnnxImport& how)
    : file_(file),
      how_(how),
      unit_(std::make_shared<torch::jit::CompilationUnit>()),
      module_(c10::QualifiedName("__torch__.clipscope.onnx.Network"), unit_),
      graph_(std::make_shared<torch::jit::Graph>()) {
    modules_.emplace("", module_);
    module_.register_attribute("training", c10::BoolType::get(), true);
    objects_[""] = graph_->addInput("self")->setType(module_.type());
    const c10::QualifiedName name(*module_.type()->name(), "forward");
    forward_ = unit_->create_function(name, graph_);
}

torch::jit::Module OnnxGraph::make() {
    const onnx::GraphProto& graph = file_.model.graph();
    for (const onnx::ValueInfoProto& output : graph.output()) outputs_.insert(output.name());
    note_readers(graph.node());
    add_initializers(graph);
    add_inputs();
    import_nodes(graph.node(), 0);
    return_outputs();
    module_.type()->addMethod(forward_);
    return module_;
}

void OnnxGraph::note_readers(const google::protobuf::RepeatedPtrField<onnx::NodeProto>& nodes) {
    for (const onnx::NodeProto& node : nodes) {
        for (const std::string& input : node.input()) readers_[input].push_back(&node);
        for (const onnx::AttributeProto& attribute : node.attribute())
            if (attribute.has_g()) note_readers(attribute.g().node());
    }
}

void OnnxGraph::add_initializers(const onnx::GraphProto& graph) {
    for (const onnx::TensorProto& tensor : graph.initializer()) {
        OnnxValue value;
        value.name = tensor.name();
        value.type = tensor.data_type();
        value.constant = to_tensor(tensor);
        value.shape = shape_of(value.constant);
        // Single numbers are settings of operators rather than the network's memory.
        value.is_stored = value.constant.is_floating_point() && value.constant.numel() > 1;
        values_[tensor.name()] = std::move(value);
    }
}

void OnnxGraph::add_inputs() {
    for (const onnx::ValueInfoProto& input : file_.model.graph().input()) {
        if (values_.contains(input.name())) continue;  // a stored tensor with its name among the inputs, as old files have them
        if (!input.type().has_tensor_type()) throw Error("its input \"" + input.name().substr(0, 60) + "\" is no tensor");
        const auto& type = input.type().tensor_type();
        OnnxValue value;
        value.name = input.name();
        value.type = type.elem_type();
        value.value = graph_->addInput()->setType(c10::TensorType::get());
        if (type.has_shape()) {
            value.shape.emplace();
            for (const auto& dim : type.shape().dim()) value.shape->push_back(dim.has_dim_value() ? Number::of(dim.dim_value()) : Number{});
            if (!image_ && !value.shape->empty()) {
                input_shape_ = *value.shape;
                Number& images = value.shape->front();
                batch_of_file_ = images.is_known() ? images.count : 0;
                if (how_.any_batch || !images.is_known()) images = Number::images(1);
            }
        }
        if (!image_) image_ = value.value;
        values_[input.name()] = std::move(value);
    }
    if (!image_ && !how_.all_outputs) throw Error("it takes no input");
}

OnnxValue& OnnxGraph::value_named(const std::string& name) {
    return values_[name];
}

const std::vector<const onnx::NodeProto*>& OnnxGraph::readers(const std::string& name) const {
    static const std::vector<const onnx::NodeProto*> none;
    const auto found = readers_.find(name);
    return found == readers_.end() ? none : found->second;
}

void OnnxGraph::import_nodes(const google::protobuf::RepeatedPtrField<onnx::NodeProto>& nodes, int depth) {
    if (depth > max_branch_depth) throw Error("its branches are nested too deeply");
    for (const onnx::NodeProto& node : nodes) import_node(node, depth);
}

void OnnxGraph::import_node(const onnx::NodeProto& node, int depth) {
    if (done_.contains(&node)) return;
    const onnx::NodeProto* outer = std::exchange(node_, &node);
    const std::string outer_path = std::exchange(node_path_, module_path_of_node(node.name()));
    ++counts_[node.op_type()];
    Node* before = graph_->return_node()->prev();
    OnnxNode(*this, node, depth).import();
    // Where in the network's modules its steps are from.
    if (!node_path_.empty()) {
        const auto place = c10::make_intrusive<torch::jit::Scope>()->push(c10::Symbol::scope(node_path_));
        for (Node* made = graph_->return_node()->prev(); made != before && made->kind() != torch::jit::prim::Param; made = made->prev())
            made->setScope(place);
    }
    node_ = outer;
    node_path_ = outer_path;
}

Value* OnnxGraph::insert(const std::string& operation, const std::vector<Argument>& arguments, const std::vector<Argument>& named) {
    if (!is_allowed_operation(operation))
        throw Error("it uses the operation " + operation + ", which is not on the list of what a network needs");
    return fold(graph_->insert(c10::Symbol::fromQualString(operation), arguments, named));
}

// Tensors of constants are computed now, once.
Value* OnnxGraph::fold(Value* result) {
    Node* node = result->node();
    if (node->outputs().size() != 1 || node->kind() == torch::jit::prim::Constant || node->kind() == torch::jit::prim::TupleConstruct)
        return result;
    const bool is_constant =
        std::ranges::all_of(node->inputs(), [](const Value* input) { return input->node()->kind() == torch::jit::prim::Constant; });
    if (!is_constant) return result;
    const auto stack = torch::jit::runNodeIfInputsAreConstant(node);
    if (!stack || stack->size() != 1) return result;
    if (stack->front().isTensor())
        folded_bytes_ += stack->front().toTensor().numel() * std::int64_t(stack->front().toTensor().element_size());
    if (folded_bytes_ > max_folded_bytes) throw Error("what it computes from constants alone is larger than any network's");
    const auto constant = torch::jit::tryInsertConstant(*graph_, stack->front());
    if (!constant) return result;
    node->destroy();
    return *constant;
}

Value* OnnxGraph::list_of(const std::vector<Value*>& elements, const c10::TypePtr& type) {
    const bool is_of_integers = type->kind() == c10::TypeKind::IntType;
    std::vector<std::int64_t> integers;
    std::vector<at::Tensor> tensors;
    for (const Value* element : elements) {
        const auto known = torch::jit::toIValue(element);
        if (known && known->isInt()) integers.push_back(known->toInt());
        if (known && known->isTensor()) tensors.push_back(known->toTensor());
    }
    if (is_of_integers && integers.size() == elements.size()) return constant(integers);
    if (!is_of_integers && tensors.size() == elements.size())
        if (const auto known = torch::jit::tryInsertConstant(*graph_, tensors)) return *known;
    return graph_->insertNode(graph_->createList(type, elements))->output();
}

void OnnxGraph::name(Value* value, const OnnxPlace& place) {
    if (value->hasDebugName()) return;
    const std::string name = value_name_of(place);
    const auto [named, is_new] = named_.try_emplace(name, value);
    if (!is_new) std::exchange(named->second, value)->setDebugName("");
    value->setDebugName(name);
}

Value* OnnxGraph::get(OnnxValue& value, const std::string& role) {
    if (value.value) return value.value;
    if (value.transposed) return insert("aten::t", {value.transposed});
    if (value.constant.defined()) {
        value.value = value.is_stored ? parameter(value.constant, value, role, false) : constant(value.constant);
    } else if (value.numbers) {
        std::vector<Value*> elements;
        for (const Number& element : *value.numbers) elements.push_back(number(element));
        const bool is_scalar = value.shape && value.shape->empty();
        Value* data = is_scalar ? elements[0] : list_of(elements, c10::IntType::get());
        value.value = insert("aten::tensor", {data}, {Argument("dtype", c10::IValue(at::kLong))});
    } else {
        throw Error("it reads \"" + value.name.substr(0, 60) + "\", which nothing computes");
    }
    return value.value;
}

Value* OnnxGraph::get_transposed(OnnxValue& value, const std::string& role) {
    if (!value.transposed && value.value) return insert("aten::t", {value.value});
    if (!value.transposed) value.transposed = parameter(value.constant.t().contiguous(), value, role, true);
    return value.transposed;
}

Value* OnnxGraph::number(const Number& number) {
    if (number.is_known()) return constant(number.count);
    if (number.kind == Number::Kind::computed) {
        if (!number.value) throw Error("the sizes of its tensors depend on what only a run can tell; export it with a fixed input size");
        return number.value;
    }
    if (!batch_) batch_ = graph_->insert(c10::aten::size, {image_, c10::IValue(std::int64_t(0))});
    return number.count == 1 ? batch_ : graph_->insert(c10::aten::mul, {batch_, c10::IValue(number.count)});
}

Value* OnnxGraph::size_of(OnnxValue& value, std::size_t dim) {
    return insert("aten::size", {get(value, ""), c10::IValue(std::int64_t(dim))});
}

Value* OnnxGraph::parameter(const at::Tensor& tensor, const OnnxValue& value, const std::string& role, bool is_transposed) {
    const std::string path = path_of(value, role);
    const std::size_t dot = path.rfind('.');
    const std::string owner = dot == std::string::npos ? "" : path.substr(0, dot);
    const std::string name = path.substr(dot == std::string::npos ? 0 : dot + 1);
    Value* object = object_at(owner);
    if (tensor.scalar_type() != at::kFloat)
        throw Error("its tensor \"" + path + "\" is stored as Double; export the network with model.float()");
    if (value.type == onnx::TensorProto::FLOAT16) stored_types_.insert("Half");
    if (value.type == onnx::TensorProto::BFLOAT16) stored_types_.insert("BFloat16");
    torch::jit::Module& module = modules_.at(owner);
    if (role.starts_with("running_"))
        module.register_buffer(name, tensor.contiguous());
    else
        module.register_parameter(name, tensor.contiguous(), false);
    parameter_paths_.insert(path);
    if (value.codec) stored_types_.insert(name_of_words(*value.codec));
    if (value.codec) codecs_.emplace(path, is_transposed ? value.codec->transposed(tensor.size(1)) : *value.codec);
    return graph_->insertGetAttr(object, name);
}

std::string OnnxGraph::path_of(const OnnxValue& value, const std::string& role) {
    const std::string own = parameter_path_of(value.name);
    if (!own.empty()) return free_path(own);
    const std::string type = lower(node_->op_type());
    const std::string owner = node_path_.empty() ? type + "_" + std::to_string(counts_[node_->op_type()]) : node_path_;
    return free_path(owner + "." + (role.empty() ? "constant" : role));
}

// The same path with a number at its end where it is taken, or where part of it names what is no module.
std::string OnnxGraph::free_path(std::string path) const {
    for (std::size_t dot = path.find('.'); dot != std::string::npos; dot = path.find('.', dot + 1))
        while (parameter_paths_.contains(path.substr(0, dot))) path.insert(dot++, "_");
    const std::string wanted = path;
    const auto is_taken = [&] { return parameter_paths_.contains(path) || modules_.contains(path) || path.ends_with("training"); };
    for (int number = 2; is_taken(); ++number) path = wanted + "_" + std::to_string(number);
    return path;
}

Value* OnnxGraph::object_at(const std::string& path) {
    Value*& object = objects_[path];
    if (object) return object;
    const std::size_t dot = path.rfind('.');
    const std::string owner = dot == std::string::npos ? "" : path.substr(0, dot);
    const std::string name = path.substr(dot == std::string::npos ? 0 : dot + 1);
    Value* parent = object_at(owner);
    torch::jit::Module part(c10::QualifiedName("__torch__.clipscope.onnx.Module"), unit_, true);
    part.register_attribute("training", c10::BoolType::get(), true);
    modules_.at(owner).register_module(name, part);
    modules_.emplace(path, part);
    return objects_[path] = graph_->insertGetAttr(parent, name);
}

// Of several outputs the first that has a number for each class: two dimensions.
void OnnxGraph::return_outputs() {
    std::vector<Value*> values;
    const auto& outputs = file_.model.graph().output();
    const auto classes = std::ranges::find_if(outputs, [&](const onnx::ValueInfoProto& output) {
        const auto& shape = value_named(output.name()).shape;
        return shape && shape->size() == 2;
    });
    if (outputs.empty()) throw Error("it has no output");
    // What says something of the batch as a whole is said of another one then.
    const auto is_of_batch = [&](const onnx::ValueInfoProto& output) {
        const auto& shape = value_named(output.name()).shape;
        return shape && !shape->empty() && shape->front().is_batch();
    };
    if (how_.any_batch && !std::ranges::all_of(outputs, is_of_batch)) throw NeedsFixedBatch();
    if (how_.all_outputs)
        for (const onnx::ValueInfoProto& output : outputs) values.push_back(get(value_named(output.name()), ""));
    else
        values.push_back(get(value_named(classes == outputs.end() ? outputs[0].name() : classes->name()), ""));
    if (how_.all_outputs) values = {graph_->insertNode(graph_->createTuple(values))->output()};
    graph_->registerOutput(values[0]);
}

}  // namespace clipscope
