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
                  [&](const onnx::GraphProto& graph, const Nodes&) { nodes_.take_names(graph); });
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

std::vector<onnx::NodeProto> OnnxClips::clipped(const OnnxActivation& activation, const std::string& values, const std::string& output,
                                                float threshold, int element_type) {
    const std::string& name = activation.name;
    const std::string limit = nodes_.free_name(name + "/threshold"), zero = nodes_.free_name(name + "/zero"),
                      inside = nodes_.free_name(name + "/inside");
    const bool has_less_or_equal = opset_ >= first_opset_with_less_or_equal;
    const float compared = has_less_or_equal ? threshold : std::nextafter(threshold, std::numeric_limits<float>::infinity());
    std::vector<onnx::NodeProto> nodes{nodes_.constant(limit, {&compared, 1}, {}), nodes_.zero(zero, element_type)};
    std::string magnitude = values;
    if (!activation.is_never_negative) {
        magnitude = nodes_.free_name(name + "/magnitude");
        nodes.push_back(nodes_.node("Abs", {values}, magnitude));
    }
    if (element_type != onnx::TensorProto::FLOAT) {
        nodes.push_back(nodes_.cast(magnitude, nodes_.free_name(name + "/float32"), onnx::TensorProto::FLOAT));
        magnitude = nodes.back().output(0);
    }
    nodes.push_back(nodes_.node(has_less_or_equal ? "LessOrEqual" : "Less", {magnitude, limit}, inside));
    nodes.push_back(nodes_.node("Where", {inside, values, zero}, output));
    nodes.back().set_name(nodes_.free_name(name + "/clip"));
    return nodes;
}

onnx::NodeProto OnnxClips::unclipped(const OnnxActivation& activation, const std::string& input) {
    const std::string output = nodes_.free_name(activation.name + "/unclipped");
    if (activation.form != OnnxActivation::Form::clipped_leaky_relu) return nodes_.node("Relu", {input}, output);
    onnx::NodeProto leaky = nodes_.node("LeakyRelu", {input}, output);
    onnx::AttributeProto& alpha = *leaky.add_attribute();
    alpha.set_name("alpha");
    alpha.set_type(onnx::AttributeProto::FLOAT);
    alpha.set_f(activation.slope);
    return leaky;
}

OnnxClips::Opening OnnxClips::open(const OnnxActivation& activation, const std::string& before, const std::string& after) {
    const std::string& tensor = activation.place.tensor;
    const Maker maker = maker_of(tensor);
    onnx::NodeProto& made_by = *maker.nodes->Mutable(maker.index);
    Opening opening{.nodes = maker.nodes, .values = {}, .type_like = tensor, .output = tensor, .added = {}};
    if (activation.place.is_rectified_input) {
        opening.index = maker.index;
        opening.type_like = made_by.input(0);
        opening.added.push_back(unclipped(activation, opening.type_like));
        opening.values = opening.added.back().output(0);
        opening.output = nodes_.free_name(activation.name + "/" + after);
        made_by.set_input(0, opening.output);
    } else {
        opening.index = maker.index + 1;
        opening.values = nodes_.free_name(activation.name + "/" + before);
        for (std::string& name : *made_by.mutable_output())
            if (name == tensor) name = opening.values;
    }
    return opening;
}

OnnxClips::Opening OnnxClips::open_clipped(const OnnxActivation& activation) {
    const std::string& tensor = activation.place.tensor;
    const Maker maker = maker_of(tensor);
    const onnx::NodeProto made_by = maker.nodes->Get(maker.index);
    if (made_by.op_type() != "Where" || made_by.input_size() != 3)
        throw Error(activation.name + " is clipped already, by operators that ClipScope cannot replace; save the network as .pt");
    Opening opening{
        .nodes = maker.nodes, .index = maker.index, .values = made_by.input(1), .type_like = tensor, .output = tensor, .added = {}};
    if (activation.form != OnnxActivation::Form::clipped) {
        opening.added.push_back(unclipped(activation, opening.values));
        opening.values = opening.added.back().output(0);
    }
    left_behind_.insert(made_by.input().begin(), made_by.input().end());
    maker.nodes->DeleteSubrange(maker.index, 1);
    return opening;
}

void OnnxClips::close(Opening&& opening, std::vector<onnx::NodeProto>&& made) {
    std::ranges::move(made, std::back_inserter(opening.added));
    insert_at(*opening.nodes, opening.index, std::move(opening.added));
}

void OnnxClips::clip(const OnnxActivation& activation, float threshold) {
    const bool is_clipped = activation.form != OnnxActivation::Form::plain && !activation.place.is_rectified_input;
    Opening opening = is_clipped ? open_clipped(activation) : open(activation, "unclipped", "clipped");
    std::vector<onnx::NodeProto> made = clipped(activation, opening.values, opening.output, threshold, element_type_(opening.type_like));
    close(std::move(opening), std::move(made));
}

void OnnxClips::apply(const OnnxActivation& activation, const OnnxSiteFunction& function) {
    Opening opening = open(activation, "unprotected", "protected");
    const int element_type = element_type_(opening.type_like);
    OnnxExpression expression(nodes_, opset_, activation.name);
    const bool is_float = element_type == onnx::TensorProto::FLOAT;
    std::string result = function(expression, is_float ? opening.values : expression.cast(opening.values, onnx::TensorProto::FLOAT));
    if (!is_float) result = expression.cast(result, element_type);
    std::vector<onnx::NodeProto> made = expression.take(result, opening.output);
    close(std::move(opening), std::move(made));
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
