// The layers of torch.nn, made again from the attributes that a pickled module has. Includes LibTorch.
#pragma once

#include <torch/script.h>

#include <optional>
#include <string>

#include "archives/pickle_tree.h"

namespace clipscope {

// What a pickled module says of itself; its numbers are as hostile as the file.
class ModuleAttributes {
public:
    // `state`: the dictionary of its attributes.
    ModuleAttributes(const PickleTree& tree, const PickleNode& state) : tree_(tree), state_(state) {}

    bool has_tensor(const std::string& name) const;  // among parameters and buffers
    // As TorchScript writes them; nothing where the attribute is missing or of another kind.
    std::optional<std::string> number(const std::string& name) const;
    std::optional<std::string> flag(const std::string& name) const;
    std::optional<std::string> text(const std::string& name) const;  // quoted; letters only
    // "[1, 2]": a tuple of as many integers, or one integer for all.
    std::optional<std::string> integers(const std::string& name, int count) const;

private:
    const PickleNode* find(const std::string& name) const;

    const PickleTree& tree_;
    const PickleNode& state_;
};

// What the layer computes from x, as an expression of TorchScript: "torch.linear(x, self.weight, self.bias)". `type` is the class without
// its module, "Conv2d". Nothing for a class that is not known, and for a form of it that cannot be written so.
std::optional<std::string> layer_expression(const std::string& type, const ModuleAttributes& attributes);

}  // namespace clipscope
