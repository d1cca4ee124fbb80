#include "campaign/fault_scope.h"

#include <algorithm>
#include <numeric>

#include "common/error.h"
#include "common/text_list.h"

namespace clipscope {
namespace {

std::string known_layers(const std::vector<LayerInfo>& layers) {
    std::string names;
    for (const LayerInfo& layer : layers) names += layer.name + ", ";
    return names + "each or network";
}

std::size_t find_layer(const std::string& name, const std::vector<LayerInfo>& layers) {
    const auto found =
        std::find_if(layers.begin(), layers.end(), [&](const LayerInfo& layer) { return lower_case(layer.name) == lower_case(name); });
    if (found != layers.end()) return std::size_t(found - layers.begin());
    if (name.empty()) throw UsageError("A layer's name is missing: choose " + known_layers(layers) + ".");
    throw UsageError("This network has no layer '" + name + "': choose " + known_layers(layers) + ".");
}

FaultScope scope_of(std::vector<std::size_t> indices, const std::vector<LayerInfo>& layers) {
    std::sort(indices.begin(), indices.end());
    indices.erase(std::unique(indices.begin(), indices.end()), indices.end());
    FaultScope scope;
    for (const std::size_t index : indices) {
        const char* joint = scope.name.empty() ? "" : "+";
        scope.name += joint + layers[index].name;
        scope.path += joint + layers[index].path;
    }
    scope.layers = std::move(indices);
    return scope;
}

FaultScope joint_scope(const std::string& text, const std::vector<LayerInfo>& layers) {
    std::vector<std::size_t> indices;
    for (const std::string& name : split_list(text, '+')) {
        if (lower_case(name) == "network" || lower_case(name) == "each") {
            throw UsageError("'" + text + "' joins '" + name + "' with a plus, which joins single layers: put a comma instead.");
        }
        indices.push_back(find_layer(name, layers));
    }
    return scope_of(std::move(indices), layers);
}

void append_once(FaultScope scope, std::vector<FaultScope>& scopes) {
    const bool known = std::any_of(scopes.begin(), scopes.end(), [&](const FaultScope& other) { return other.name == scope.name; });
    if (!known) scopes.push_back(std::move(scope));
}

}  // namespace

std::vector<FaultScope> parse_fault_scopes(const std::string& text, const std::vector<LayerInfo>& layers) {
    std::vector<FaultScope> scopes;
    for (const std::string& item : split_list(text, ',')) {
        if (lower_case(item) == "network") {
            FaultScope network{"network", {}, std::vector<std::size_t>(layers.size())};
            std::iota(network.layers.begin(), network.layers.end(), 0);
            append_once(std::move(network), scopes);
        } else if (lower_case(item) == "each") {
            for (std::size_t i = 0; i < layers.size(); ++i) append_once(scope_of({i}, layers), scopes);
        } else {
            append_once(joint_scope(item, layers), scopes);
        }
    }
    return scopes;
}

}  // namespace clipscope
