#include "network/hardened_file.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <unordered_map>

#include "common/error.h"
#include "network/forward_graph.h"
#include "network/layer_finder.h"
#include "network/libtorch_internals.h"
#include "network/model_file.h"
#include "network/program.h"
#include "network/site_function.h"

namespace clipscope {

namespace {

using torch::jit::Node;
using torch::jit::Value;

// The program's graph, rewritten into a forward() of the module it came from.
class HardenedGraph {
public:
    explicit HardenedGraph(const Network& network) : network_(network), graph_(network.program().copy_graph()) {
        auto copied = graph_->nodes().begin();
        for (const Node* node : network.program().graph().nodes()) copies_[node] = *copied++;
    }

    void clip(const FoundSite& site, float threshold) {
        const Step& step = network_.program().steps()[site.step];
        Node* node = copies_.at(step.node);
        const torch::jit::WithInsertPoint after(node->next());
        if (!site.clips_output && (site.info.kind == "relu" || site.info.kind == "leaky_relu")) {
            // Where the file clips already, its own condition is left behind and the values it applies to are clipped anew.
            const auto place = std::find(step.inputs.begin(), step.inputs.end(), site.input_slot) - step.inputs.begin();
            Value* values = node->input(std::size_t(place));
            Value* negative = site.info.kind == "relu" ? constant(std::int64_t(0)) : leaked(values, site.slope, threshold);
            node->output()->replaceAllUsesWith(keep(values, inside(values, c10::aten::ge, 0, c10::aten::le, threshold), negative));
        } else {
            Value* output = site.clips_output ? node->input(1) : node->output();
            Value* small = insert(c10::aten::le, {insert(c10::aten::abs, {output}), constant(double(threshold))});
            Value* clipped = keep(output, small, constant(std::int64_t(0)));
            node->output()->replaceAllUsesAfterNodeWith(clipped->node(), clipped);
        }
    }

    void apply(const FoundSite& site, const SiteFunction& function) {
        Node* node = copies_.at(network_.program().steps()[site.step].node);
        const torch::jit::WithInsertPoint after(node->next());
        std::vector<Value*> inputs = {node->output()};
        for (const at::Tensor& tensor : function.constants) inputs.push_back(constant(tensor));
        Value* result = torch::jit::insertGraph(*graph_, *function.graph, inputs).at(0);
        node->output()->replaceAllUsesAfterNodeWith(result->node(), result);
    }

    // Turns the named inputs into attributes of a `self` of this type.
    std::shared_ptr<torch::jit::Graph> take(const c10::ClassTypePtr& type) {
        torch::jit::EliminateDeadCode(graph_);
        Value* self = graph_->insertInput(0, "self")->setType(type);
        objects_[""] = self;
        const std::vector<std::string>& paths = network_.program().graph_tensor_paths();
        const torch::jit::WithInsertPoint first(*graph_->nodes().begin());
        constexpr std::size_t tensors = 2;  // after self and the image batch
        for (std::size_t i = 0; i < paths.size(); ++i) {
            Value* tensor = graph_->inputs()[tensors + i];
            if (!tensor->uses().empty()) tensor->replaceAllUsesWith(attribute(paths[i]));
        }
        for (std::size_t i = paths.size(); i-- > 0;) graph_->eraseInput(tensors + i);
        return graph_;
    }

private:
    Value* insert(c10::Symbol operation, std::initializer_list<Value*> inputs) {
        const std::vector<torch::jit::NamedValue> named(inputs.begin(), inputs.end());
        return graph_->insert(operation, named);
    }

    Value* constant(const c10::IValue& value) { return graph_->insertConstant(value); }

    // A float32 threshold as a double loses nothing, nor does its text in the file.
    Value* inside(Value* values, c10::Symbol first, std::int64_t first_limit, c10::Symbol second, double second_limit) {
        Value* passes_first = insert(first, {values, constant(first_limit)});
        Value* passes_second = insert(second, {values, constant(second_limit)});
        return insert(c10::aten::__and__, {passes_first, passes_second});
    }

    Value* keep(Value* values, Value* condition, Value* otherwise) { return insert(c10::aten::where, {condition, values, otherwise}); }

    Value* leaked(Value* values, float slope, float threshold) {
        Value* scaled = insert(c10::aten::mul, {values, constant(double(slope))});
        return keep(scaled, inside(scaled, c10::aten::lt, 0, c10::aten::ge, -double(threshold)), constant(std::int64_t(0)));
    }

    Value* attribute(const std::string& path) {
        Value*& value = objects_[path];
        if (value) return value;
        const std::size_t dot = path.rfind('.');
        Value* owner = attribute(dot == std::string::npos ? "" : path.substr(0, dot));
        return objects_[path] = graph_->insertGetAttr(owner, path.substr(dot == std::string::npos ? 0 : dot + 1));
    }

    const Network& network_;
    std::shared_ptr<torch::jit::Graph> graph_;
    std::unordered_map<const Node*, Node*> copies_;
    std::map<std::string, Value*> objects_;  // self, its modules and their tensors, by path
};

}  // namespace

void check_site_threshold(const FoundSite& site, float threshold) {
    if (!(threshold >= 0 && std::isfinite(threshold)))
        throw UsageError("The threshold of " + site.info.name + " must be a finite number that is not negative.");
    check_top_level(site);
}

void write_hardened_file(const Network& network, std::span<const std::optional<float>> thresholds, const std::string& path,
                         const std::optional<ModelMetadata>& metadata) {
    write_hardened_file(network, thresholds, path, metadata, {});
}

void write_hardened_file(const Network& network, std::span<const std::optional<float>> thresholds, const std::string& path,
                         const std::optional<ModelMetadata>& metadata, const std::map<std::size_t, SiteFunction>& functions) {
    HardenedGraph graph(network);
    const std::vector<FoundSite>& sites = network.structure().sites;
    for (std::size_t i = 0; i < sites.size() && i < thresholds.size(); ++i) {
        if (!thresholds[i]) continue;
        check_site_threshold(sites[i], *thresholds[i]);
        graph.clip(sites[i], *thresholds[i]);
    }
    for (const auto& [site, function] : functions) {
        check_top_level(sites.at(site));
        graph.apply(sites.at(site), function);
    }
    torch::jit::Module module = load_module_again(network).module;
    module.eval();
    try {
        replace_forward(module, graph.take(module.type()));
    } catch (const c10::Error& error) {
        throw Error("The hardened form of \"" + network.path() + "\" cannot be built: " + first_line(error.what_without_backtrace()));
    }
    save_module(module, metadata.value_or(network.metadata()), path);
}

}  // namespace clipscope
