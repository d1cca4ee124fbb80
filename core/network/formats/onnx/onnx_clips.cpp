#include "network/formats/onnx/onnx_clips.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <unordered_map>

#include "common/error.h"

namespace clipscope {

namespace {

constexpr int first_opset_with_less_or_equal = 12;

using Nodes = google::protobuf::RepeatedPtrField<onnx::NodeProto>;

void insert_at(Nodes& nodes, int index, std::vector<onnx::NodeProto>&& added) {
    const int first_added = nodes.size();
    for (onnx::NodeProto& node : added) nodes.Add(std::move(node));
    std::rotate(nodes.pointer_begin() + index, nodes.pointer_begin() + first_added, nodes.pointer_end());
}

// The nodes of a graph and of all branches in it.
template <class Graph, class Visit>
void for_each_list(Graph& graph, const Visit& visit) {
    auto& nodes = [&]() -> auto& {
        if constexpr (std::is_const_v<Graph>)
            return graph.node();
        else
            return *graph.mutable_node();
    }
    ();
    visit(graph, nodes);
    for (int i = 0; i < nodes.size(); ++i)
        for (int k = 0; k < nodes.Get(i).attribute_size(); ++k) {
            if (!nodes.Get(i).attribute(k).has_g()) continue;
            if constexpr (std::is_const_v<Graph>)
                for_each_list(nodes.Get(i).attribute(k).g(), visit);
            else
                for_each_list(*nodes.Mutable(i)->mutable_attribute(k)->mutable_g(), visit);
        }
}

bool puts_out(const onnx::NodeProto& node, const std::string& tensor) {
    for (const std::string& output : node.output())
        if (output == tensor) return true;
    return false;
}

}  // namespace

OnnxClips::OnnxClips(onnx::ModelProto& model, int opset, ElementType element_type)
    : model_(model), opset_(opset), element_type_(std::move(element_type)) {
    if (opset < first_opset_with_where)
        throw Error("it uses version " + std::to_string(opset) + " of ONNX's operators, which has no Where yet (version " +
                    std::to_string(first_opset_with_where) +
                    " brought it); export the network with opset_version=17, or save the hardened one as .pt");
    for_each_list(static_cast<const onnx::GraphProto&>(model_.graph()),
                  [&](const onnx::GraphProto& graph, const Nodes&) { collect_names(graph); });
}

void OnnxClips::collect_names(const onnx::GraphProto& graph) {
    for (const onnx::TensorProto& tensor : graph.initializer()) names_.insert(tensor.name());
    for (const onnx::ValueInfoProto& input : graph.input()) names_.insert(input.name());
    for (const onnx::ValueInfoProto& value : graph.value_info()) names_.insert(value.name());
    for (const onnx::NodeProto& node : graph.node()) {
        names_.insert(node.name());
        names_.insert(node.output().begin(), node.output().end());
    }
}

std::string OnnxClips::free_name(const std::string& wanted) {
    std::string name = wanted;
    for (int number = 2; !names_.insert(name).second; ++number) name = wanted + "_" + std::to_string(number);
    return name;
}

OnnxClips::Maker OnnxClips::maker_of(const std::string& tensor) {
    Maker maker;
    for_each_list(*model_.mutable_graph(), [&](onnx::GraphProto&, Nodes& nodes) {
        for (int i = 0; i < nodes.size() && !maker.nodes; ++i)
            if (puts_out(nodes.Get(i), tensor)) maker = {&nodes, i};
    });
    if (!maker.nodes) throw Error("nothing in it computes \"" + tensor.substr(0, 60) + "\": this is a defect, please report it");
    return maker;
}

onnx::NodeProto OnnxClips::node(const std::string& operation, const std::vector<std::string>& inputs, const std::string& output) {
    onnx::NodeProto node;
    node.set_op_type(operation);
    node.set_name(free_name(output + "/" + operation));
    for (const std::string& input : inputs) node.add_input(input);
    node.add_output(output);
    return node;
}

onnx::NodeProto OnnxClips::number(const std::string& name, float value, int element_type) {
    onnx::NodeProto constant = node("Constant", {}, name);
    onnx::AttributeProto& attribute = *constant.add_attribute();
    attribute.set_name("value");
    attribute.set_type(onnx::AttributeProto::TENSOR);
    onnx::TensorProto& tensor = *attribute.mutable_t();
    tensor.set_name(name);
    tensor.set_data_type(element_type);
    if (element_type == onnx::TensorProto::FLOAT)
        tensor.add_float_data(value);
    else
        tensor.add_int32_data(0);  // of half precision; no other number than 0 is asked for
    return constant;
}

std::vector<onnx::NodeProto> OnnxClips::clipped(const OnnxActivation& activation, const std::string& values, const std::string& output,
                                                float threshold, int element_type) {
    const std::string& name = activation.name;
    const std::string limit = free_name(name + "/threshold"), zero = free_name(name + "/zero"), inside = free_name(name + "/inside");
    const bool has_less_or_equal = opset_ >= first_opset_with_less_or_equal;
    const float compared = has_less_or_equal ? threshold : std::nextafter(threshold, std::numeric_limits<float>::infinity());
    std::vector<onnx::NodeProto> nodes{number(limit, compared, onnx::TensorProto::FLOAT), number(zero, 0, element_type)};
    std::string magnitude = values;
    if (!activation.is_never_negative) {
        magnitude = free_name(name + "/magnitude");
        nodes.push_back(node("Abs", {values}, magnitude));
    }
    if (element_type != onnx::TensorProto::FLOAT) {
        nodes.push_back(cast_to_float(magnitude, free_name(name + "/float32")));
        magnitude = nodes.back().output(0);
    }
    nodes.push_back(node(has_less_or_equal ? "LessOrEqual" : "Less", {magnitude, limit}, inside));
    nodes.push_back(node("Where", {inside, values, zero}, output));
    nodes.back().set_name(free_name(name + "/clip"));
    return nodes;
}

onnx::NodeProto OnnxClips::cast_to_float(const std::string& input, const std::string& output) {
    onnx::NodeProto cast = node("Cast", {input}, output);
    onnx::AttributeProto& to = *cast.add_attribute();
    to.set_name("to");
    to.set_type(onnx::AttributeProto::INT);
    to.set_i(onnx::TensorProto::FLOAT);
    return cast;
}

onnx::NodeProto OnnxClips::unclipped(const OnnxActivation& activation, const std::string& input) {
    const std::string output = free_name(activation.name + "/unclipped");
    if (activation.form != OnnxActivation::Form::clipped_leaky_relu) return node("Relu", {input}, output);
    onnx::NodeProto leaky = node("LeakyRelu", {input}, output);
    onnx::AttributeProto& alpha = *leaky.add_attribute();
    alpha.set_name("alpha");
    alpha.set_type(onnx::AttributeProto::FLOAT);
    alpha.set_f(activation.slope);
    return leaky;
}

void OnnxClips::clip(const OnnxActivation& activation, float threshold) {
    const std::string& tensor = activation.place.tensor;
    const Maker maker = maker_of(tensor);
    onnx::NodeProto& made_by = *maker.nodes->Mutable(maker.index);
    std::vector<onnx::NodeProto> added;
    std::string values, output = tensor, type_like = tensor;
    int place = maker.index + 1;
    if (activation.place.is_rectified_input) {
        type_like = made_by.input(0);
        added.push_back(unclipped(activation, type_like));
        values = added.back().output(0);
        output = free_name(activation.name + "/clipped");
        made_by.set_input(0, output);
        place = maker.index;
    } else if (activation.form == OnnxActivation::Form::plain) {
        values = free_name(activation.name + "/unclipped");
        for (std::string& name : *made_by.mutable_output())
            if (name == tensor) name = values;
    } else {
        if (made_by.op_type() != "Where" || made_by.input_size() != 3)
            throw Error(activation.name + " is clipped already, by operators that ClipScope cannot replace; save the network as .pt");
        values = made_by.input(1);
        if (activation.form != OnnxActivation::Form::clipped) {
            added.push_back(unclipped(activation, values));
            values = added.back().output(0);
        }
        left_behind_.insert(made_by.input().begin(), made_by.input().end());
        maker.nodes->DeleteSubrange(maker.index, 1);
        place = maker.index;
    }
    std::vector<onnx::NodeProto> clips = clipped(activation, values, output, threshold, element_type_(type_like));
    added.insert(added.end(), std::make_move_iterator(clips.begin()), std::make_move_iterator(clips.end()));
    insert_at(*maker.nodes, place, std::move(added));
}

void OnnxClips::finish() {
    while (!left_behind_.empty()) {
        std::unordered_map<std::string, int> readers;
        for_each_list(static_cast<const onnx::GraphProto&>(model_.graph()), [&](const onnx::GraphProto& graph, const Nodes& nodes) {
            for (const onnx::NodeProto& node : nodes)
                for (const std::string& input : node.input()) ++readers[input];
            for (const onnx::ValueInfoProto& output : graph.output()) ++readers[output.name()];
        });
        std::unordered_set<std::string> more;
        const auto is_over = [&](const onnx::NodeProto& node) {
            bool is_left = false;
            for (const std::string& output : node.output()) {
                if (readers.contains(output)) return false;
                is_left = is_left || left_behind_.contains(output);
            }
            return is_left;
        };
        for_each_list(*model_.mutable_graph(), [&](onnx::GraphProto&, Nodes& nodes) {
            for (int i = nodes.size(); i-- > 0;) {
                if (!is_over(nodes.Get(i))) continue;
                more.insert(nodes.Get(i).input().begin(), nodes.Get(i).input().end());
                nodes.DeleteSubrange(i, 1);
            }
        });
        left_behind_ = std::move(more);
    }
}

}  // namespace clipscope
