#include "network/part_finder.h"

#include <algorithm>
#include <array>
#include <iterator>

namespace clipscope {

namespace {

std::string without_suffix(const std::string& path, std::string_view suffix) {
    return path.ends_with(suffix) ? path.substr(0, path.size() - suffix.size()) : path;
}

std::string owner_of(const std::string& path) {
    const std::size_t dot = path.rfind('.');
    return dot == std::string::npos ? path : path.substr(0, dot);
}

// Of the module that owns the tensor, where its name is one of those that layers and Python's ways to compute their weights give it.
std::string layer_path(const std::string& path, const LayerOperation& operation) {
    constexpr std::array<std::string_view, 7> endings{".weight",
                                                      ".parametrizations.weight.original",
                                                      ".parametrizations.weight.original0",
                                                      ".weight_orig",
                                                      ".weight_v",
                                                      ".parametrizations.weight.original1",
                                                      ".weight_g"};
    if (operation.label == "RNN" || operation.label == "ATT") return owner_of(path);
    const auto ending = std::find_if(endings.begin(), endings.end(), [&](std::string_view known) { return path.ends_with(known); });
    return ending == endings.end() ? path : without_suffix(path, *ending);
}

std::string layer_kind(const LayerOperation& operation, const at::Tensor& weight) {
    if (!operation.kind.empty()) return std::string(operation.kind);
    return "Conv" + std::to_string(std::max<std::int64_t>(weight.dim() - 2, 1)) + "d";
}

// Of a convolution that is transposed, its groups; nothing where it is not.
std::optional<std::int64_t> transposed_groups(const Program& program, const Step& step) {
    const auto constant = [&](std::size_t input) -> c10::IValue {
        return input < step.inputs.size() ? program.constant(step.inputs[input]) : c10::IValue();
    };
    if (step.name == "aten::_convolution" || step.name == "aten::convolution") {
        const c10::IValue transposed = constant(6), groups = constant(8);
        if (transposed.isBool() && transposed.toBool()) return groups.isInt() ? groups.toInt() : 1;
        return std::nullopt;
    }
    if (!step.name.starts_with("aten::conv_transpose")) return std::nullopt;
    const c10::IValue groups = constant(6);
    return groups.isInt() ? groups.toInt() : 1;
}

// "bi,oi->bo": the dimension of the operand at `place` whose letter is the result's and no other operand's; nothing where it is not one.
std::optional<std::size_t> einsum_channels(const std::string& equation, std::size_t place) {
    std::string text;
    std::copy_if(equation.begin(), equation.end(), std::back_inserter(text), [](char c) { return c != ' '; });
    const std::size_t arrow = text.find("->");
    if (arrow == std::string::npos || text.find('.') != std::string::npos) return std::nullopt;
    std::vector<std::string> operands(1);
    for (const char c : text.substr(0, arrow)) {
        if (c == ',')
            operands.emplace_back();
        else
            operands.back().push_back(c);
    }
    const std::string result = text.substr(arrow + 2);
    std::optional<std::size_t> found;
    for (std::size_t i = 0; place < operands.size() && i < operands[place].size(); ++i) {
        const char letter = operands[place][i];
        bool is_elsewhere = result.find(letter) == std::string::npos;
        for (std::size_t other = 0; other < operands.size(); ++other)
            is_elsewhere |= other != place && operands[other].find(letter) != std::string::npos;
        if (is_elsewhere) continue;
        if (found) return std::nullopt;
        found = i;
    }
    return found;
}

}  // namespace

void PartFinder::visit(const Step& step, std::size_t position) {
    add_layer(step, position);
    add_bias_of_product(step);
    add_norm(step, position);
    add_activation(step, position);
}

std::optional<std::size_t> PartFinder::layer_of(const Step& step) const {
    const auto layer = layer_of_step_.find(&step);
    return layer == layer_of_step_.end() ? std::nullopt : std::optional(layer->second);
}

PartFinder::Operands PartFinder::operands_at(const Step& step, const std::vector<int>& places) const {
    Operands operands;
    for (const int place : places) {
        if (std::size_t(place) >= step.inputs.size()) continue;
        for (Slot slot : values_.elements_of(step.inputs[std::size_t(place)])) {
            const std::vector<std::size_t>& tensors = values_.tensors_of(slot);
            if (!tensors.empty()) operands.slots.push_back(slot);
            for (const std::size_t tensor : tensors)
                if (std::find(operands.tensors.begin(), operands.tensors.end(), tensor) == operands.tensors.end())
                    operands.tensors.push_back(tensor);
        }
    }
    return operands;
}

// The stored operands of a product with values of the images; none of a product of stored values alone, which only makes another of them.
PartFinder::Operands PartFinder::product_operands(const Step& step, const LayerOperation& operation) const {
    const auto is_of_images = [&](int place) {
        return std::size_t(place) < step.inputs.size() && values_.is_from_images(step.inputs[std::size_t(place)]);
    };
    if (std::none_of(operation.weights.begin(), operation.weights.end(), is_of_images)) return {};
    return operands_at(step, operation.weights);
}

void PartFinder::add_layer(const Step& step, std::size_t position) {
    const LayerOperation* operation = find_layer_operation(step.name);
    if (!operation) return;
    const Operands weights = operation->is_product ? product_operands(step, *operation) : operands_at(step, operation->weights);
    if (weights.tensors.empty()) return;
    const bool only_makes_stored_values =
        operation->label != "CONV" && operation->label != "FC" && !values_.is_from_images(step.outputs[0]);
    if (only_makes_stored_values) return;
    const std::size_t main = main_tensor(weights.tensors);
    if (const auto known = layer_by_weight_.find(main); known != layer_by_weight_.end()) {  // one weight used twice is one layer
        layer_of_step_[&step] = known->second;
        return;
    }
    FoundPart layer = new_layer(step, *operation, weights, main);
    layer.first_step = position;
    layer_by_weight_[main] = layer_of_step_[&step] = layers_.size();
    if (operation->is_product && operation->biases.empty()) products_[step.outputs[0]] = layers_.size();
    layers_.push_back(std::move(layer));
}

FoundPart PartFinder::new_layer(const Step& step, const LayerOperation& operation, const Operands& weights, std::size_t main) {
    FoundPart layer;
    layer.info.name = std::string(operation.label) + "-" + std::to_string(++counts_[operation.label]);
    layer.info.path = layer_path(program_.tensors()[main].path, operation);
    layer.info.kind = layer_kind(operation, tensor(main));
    layer.info.shape = tensor(main).sizes().vec();
    const auto slot_of = [&](std::size_t index) {
        return *std::find_if(weights.slots.begin(), weights.slots.end(), [&](Slot slot) {
            const std::vector<std::size_t>& tensors = values_.tensors_of(slot);
            return std::find(tensors.begin(), tensors.end(), index) != tensors.end();
        });
    };
    std::vector<std::size_t> ordered{main};
    std::copy_if(weights.tensors.begin(), weights.tensors.end(), std::back_inserter(ordered), [&](std::size_t t) { return t != main; });
    const bool holds_biases = operation.label == "RNN";
    for (const std::size_t index : ordered)
        add_tensor(layer, index, holds_biases && tensor(index).dim() <= 1, channels_of(step, operation, slot_of(index), tensor(index)));
    for (const std::size_t index : operands_at(step, operation.biases).tensors)
        if (std::find(layer.tensors.begin(), layer.tensors.end(), index) == layer.tensors.end())
            add_tensor(layer, index, true, ChannelLayout::along(tensor(index).sizes(), 0));
    return layer;
}

// x·W + b, which has no operation of its own: b belongs to the layer where it is one stored number an output.
void PartFinder::add_bias_of_product(const Step& step) {
    if (step.name != "aten::add" || step.inputs.size() < 2) return;
    for (const std::size_t place : {0, 1}) {
        const auto product = products_.find(step.inputs[place]);
        const std::vector<std::size_t>& added = values_.tensors_of(step.inputs[1 - place]);
        if (product == products_.end() || added.size() != 1 || claimed_.contains(added[0])) continue;
        FoundPart& layer = layers_[product->second];
        if (tensor(added[0]).dim() != 1 || std::size_t(tensor(added[0]).numel()) != layer.channels.front().channels) continue;
        add_tensor(layer, added[0], true, ChannelLayout::along(tensor(added[0]).sizes(), 0));
        products_.erase(product);
        return;
    }
}

// One module called twice is one norm. What normalises weights on their way to a layer is none.
void PartFinder::add_norm(const Step& step, std::size_t position) {
    const NormOperation* operation = find_norm_operation(step.name);
    if (!operation || !values_.is_from_images(step.inputs[0])) return;
    const Operands operands = operands_at(step, operation->tensors);
    if (operands.tensors.empty() || !known_norms_.insert(operands.tensors.front()).second) return;
    FoundPart norm;
    for (const std::size_t index : operands.tensors) add_tensor(norm, index, false, {});
    const ParameterInfo& first = norm.info.parameters.front();
    norm.info.name = std::string(operation->label) + "-" + std::to_string(++counts_[operation->label]);
    norm.info.path = without_suffix(without_suffix(first.path, ".weight"), ".running_mean");
    norm.info.kind = operation->kind;
    norm.info.shape = first.shape;
    norm.info.part = operation->label == "BN" ? MemoryPart::batch_norm : MemoryPart::norm;
    norm.first_step = position;
    (operation->label == "BN" ? batch_norms_ : norms_).push_back(std::move(norm));
}

void PartFinder::add_activation(const Step& step, std::size_t position) {
    if (step.name != "aten::prelu" && step.name != "aten::_prelu_kernel") return;
    FoundPart activation;
    for (const std::size_t index : operands_at(step, {1}).tensors)
        if (!claimed_.contains(index)) add_tensor(activation, index, false, {});
    if (activation.tensors.empty()) return;
    activation.info.name = "PRELU-" + std::to_string(++counts_["PRELU"]);
    activation.info.path = without_suffix(activation.info.parameters.front().path, ".weight");
    activation.info.kind = "PReLU";
    activation.info.shape = activation.info.parameters.front().shape;
    activation.info.part = MemoryPart::activation;
    activation.first_step = position;
    activations_.push_back(std::move(activation));
}

// A number that values are compared with and nothing else is a threshold of its site's part (hardened_file.h).
bool PartFinder::is_threshold(const NamedTensor& named) const {
    const std::vector<const Step*>& readers = values_.readers_of(named.slot);
    return named.tensor.numel() == 1 && std::ranges::all_of(readers, [](const Step* reader) {
               return reader->name == "aten::le" || reader->name == "aten::ge" || reader->name == "aten::neg";
           });
}

std::vector<FoundPart> PartFinder::others() const {
    std::vector<FoundPart> found = norms_;
    found.insert(found.end(), activations_.begin(), activations_.end());
    int count = 0;
    for (std::size_t i = 0; i < program_.tensors().size(); ++i) {
        const NamedTensor& named = program_.tensors()[i];
        if (!named.tensor.is_floating_point() || named.tensor.numel() == 0 || claimed_.contains(i) || is_threshold(named)) continue;
        FoundPart other;
        other.info.name = "OTHER-" + std::to_string(++count);
        other.info.path = named.path;
        other.info.kind = named.is_trainable ? "Parameter" : "Buffer";
        other.info.shape = named.tensor.sizes().vec();
        other.info.part = MemoryPart::other;
        other.first_step = program_.steps().size();
        other.tensors = {i};
        other.channels = {ChannelLayout{}};
        other.info.parameters = {{named.path, other.info.shape, named.tensor.numel()}};
        other.info.parameter_count = named.tensor.numel();
        other.info.bits = named.tensor.numel() * other.info.parameters.front().word_bits;
        found.push_back(std::move(other));
    }
    return found;
}

// Of several that a weight is computed from, the one that it is: trained rather than a mask, and the largest.
std::size_t PartFinder::main_tensor(const std::vector<std::size_t>& tensors) const {
    return *std::max_element(tensors.begin(), tensors.end(), [&](std::size_t a, std::size_t b) {
        const auto rank = [&](std::size_t t) { return std::pair(program_.tensors()[t].is_trainable, tensor(t).numel()); };
        return rank(a) < rank(b);
    });
}

ChannelLayout PartFinder::channels_of(const Step& step, const LayerOperation& operation, Slot weight, const at::Tensor& tensor) const {
    const auto along = [&](std::int64_t dimension) {
        if (dimension < 0) dimension += tensor.dim();
        return ChannelLayout::along(tensor.sizes(), std::size_t(std::max<std::int64_t>(dimension, 0)));
    };
    if (const auto groups = transposed_groups(program_, step); groups && tensor.dim() > 1 && *groups > 0 && tensor.size(0) % *groups == 0)
        return ChannelLayout::along(tensor.sizes(), 1, std::size_t(*groups));
    const bool is_matrix = operation.name == "aten::addmm" || operation.is_product;
    if (operation.is_product && tensor.dim() < 2)
        return {1, std::size_t(std::max<std::int64_t>(tensor.numel(), 1)), 1,
                std::size_t(std::max<std::int64_t>(tensor.numel(), 1))};  // one output
    if (!is_matrix) return along(operation.name == "aten::linear" && values_.is_turned(weight) && tensor.dim() == 2 ? 1 : 0);
    if (operation.name == "aten::einsum") {
        const std::vector<Slot> operands = values_.elements_of(step.inputs[1]);
        const auto place = std::size_t(std::find(operands.begin(), operands.end(), weight) - operands.begin());
        const c10::IValue& equation = program_.constant(step.inputs[0]);
        const auto found = equation.isString() ? einsum_channels(equation.toStringRef(), place) : std::nullopt;
        return along(found && *found < std::size_t(tensor.dim()) ? std::int64_t(*found) : 0);
    }
    const bool is_second = step.inputs[std::size_t(operation.weights.front())] == weight;  // x·W: outputs along the last dimension
    return along(is_second != values_.is_turned(weight) ? -1 : -2);
}

void PartFinder::add_tensor(FoundPart& part, std::size_t index, bool is_bias, const ChannelLayout& channels) {
    const NamedTensor& named = program_.tensors()[index];
    ParameterInfo parameter{named.path, named.tensor.sizes().vec(), named.tensor.numel()};
    parameter.is_bias = is_bias;
    part.tensors.push_back(index);
    part.channels.push_back(channels);
    part.info.parameter_count += parameter.elements;
    part.info.bits += parameter.elements * parameter.word_bits;
    part.info.parameters.push_back(std::move(parameter));
    claimed_.insert(index);
}

}  // namespace clipscope
