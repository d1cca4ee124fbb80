// Finds which part of the memory each stored tensor of a program belongs to: computational layers, norms, activations' parameters, the
// rest. Includes LibTorch.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "network/layer_finder.h"
#include "network/layer_operations.h"
#include "network/stored_values.h"

namespace clipscope {

class PartFinder {
public:
    PartFinder(const Program& program, const StoredValues& values) : program_(program), values_(values) {}

    // To be called for every step in program order, after StoredValues::follow(). `position`: of the top-level step that holds it.
    void visit(const Step& step, std::size_t position);

    // The layer, by its place among layers(), that this step runs; nothing where it runs none.
    std::optional<std::size_t> layer_of(const Step& step) const;

    const std::vector<FoundPart>& layers() const { return layers_; }
    const std::vector<FoundPart>& batch_norms() const { return batch_norms_; }
    // Once all steps were visited: other norms, activations' parameters, then each tensor that is left.
    std::vector<FoundPart> others() const;

private:
    // Stored values that a step reads: the slots, and the tensors behind them.
    struct Operands {
        std::vector<Slot> slots;
        std::vector<std::size_t> tensors;
    };
    Operands operands_at(const Step& step, const std::vector<int>& places) const;
    Operands product_operands(const Step& step, const LayerOperation& operation) const;

    void add_layer(const Step& step, std::size_t position);
    FoundPart new_layer(const Step& step, const LayerOperation& operation, const Operands& weights, std::size_t main);
    void add_bias_of_product(const Step& step);
    void add_norm(const Step& step, std::size_t position);
    void add_activation(const Step& step, std::size_t position);

    std::size_t main_tensor(const std::vector<std::size_t>& tensors) const;
    ChannelLayout channels_of(const Step& step, const LayerOperation& operation, Slot weight, const at::Tensor& tensor) const;
    void add_tensor(FoundPart& part, std::size_t tensor, bool is_bias, const ChannelLayout& channels);
    const at::Tensor& tensor(std::size_t index) const { return program_.tensors()[index].tensor; }
    bool is_threshold(const NamedTensor& named) const;

    const Program& program_;
    const StoredValues& values_;
    std::vector<FoundPart> layers_, batch_norms_, norms_, activations_;
    std::unordered_map<std::size_t, std::size_t> layer_by_weight_;
    std::unordered_map<const Step*, std::size_t> layer_of_step_;
    std::unordered_map<Slot, std::size_t> products_;  // that no bias was added to yet: their layers
    std::set<std::size_t> known_norms_;               // by their first tensor
    std::set<std::size_t> claimed_;                   // tensors that belong to a part
    std::map<std::string_view, int> counts_;
};

}  // namespace clipscope
