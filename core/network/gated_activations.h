// Recognises activations that are spelt as a product of a value and a gate made of the same value, as ONNX and decomposed programs have
// them: SiLU x·sigmoid(x), hard swish x·hardsigmoid(x), Mish x·tanh(softplus(x)), GELU x·(1 + erf(x/√2))/2. Includes LibTorch.
#pragma once

#include <functional>
#include <optional>

#include "network/layer_finder.h"
#include "network/stored_values.h"

namespace clipscope {

class GatedActivations {
public:
    // A constant number at a slot.
    using NumberAt = std::function<std::optional<double>(Slot slot)>;
    GatedActivations(const StoredValues& values, NumberAt number_at) : values_(values), number_at_(std::move(number_at)) {}

    // The activation whose output this product is: its kind and its input.
    std::optional<FoundSite> find(const Step& step) const;

    // Whether the step, an activation by its name, only makes the gate of such an activation and is none of its own.
    bool is_gate(const Step& step) const;

private:
    // A product of numbers and of other values, in whatever order it is formed.
    struct Product {
        double number = 1;
        std::vector<Slot> values;
    };

    void multiply(Slot slot, int depth, Product& product) const;
    std::string_view gate_kind(Slot gate, Slot values) const;
    bool is_error_function_gate(Slot gate, Slot values) const;
    const Step* maker_of(Slot slot, std::string_view name) const;

    const StoredValues& values_;
    NumberAt number_at_;
};

}  // namespace clipscope
