// Recognises activations that are not one operation of their name: clamp(x, 0), maximum(x, 0), x·(x > 0), and clipped ones as hardened
// files spell them. Includes LibTorch.
#pragma once

#include <functional>
#include <initializer_list>
#include <optional>
#include <string_view>

#include "network/layer_finder.h"
#include "network/stored_values.h"

namespace clipscope {

class SpeltActivations {
public:
    // `is_layer`: whether a step is a computational layer.
    using IsLayer = std::function<bool(const Step& step)>;
    SpeltActivations(const Program& program, const StoredValues& values, IsLayer is_layer)
        : program_(program), values_(values), is_layer_(std::move(is_layer)) {}

    // The activation whose output this step computes: its kind, slope, threshold and input.
    std::optional<FoundSite> find(const Step& step) const;

    // The threshold T of where(abs(y) <= T, y, 0), as hardened files clip what the activation before put out; y is the step's input 1.
    // Where y is never negative abs may be missing, and < the next number may stand for <=.
    std::optional<float> magnitude_threshold(const Step& step, bool is_never_negative) const;

    // A constant number, also as a tensor of one element that is compared with float32 numbers as one of them.
    std::optional<double> number_at(Slot slot) const;

private:
    // first_operation(values, first) & second_operation(values, second).
    struct Limits {
        Slot values = 0;
        double first = 0;
        double second = 0;
    };
    // What is cut off below 0: the values, and the upper end where there is one.
    struct Ramp {
        Slot values = 0;
        std::optional<double> most{};
    };

    std::optional<FoundSite> clipped_relu(const Step& step) const;
    std::optional<Limits> limits_at(Slot slot, std::string_view first_operation, std::string_view second_operation) const;
    std::optional<Ramp> ramp_of(const Step& step) const;
    std::optional<Ramp> clamped(const Step& step) const;
    std::optional<Ramp> larger_than_zero(const Step& step) const;
    std::optional<Ramp> masked(const Step& step) const;
    bool is_positive_mask(Slot mask, Slot values) const;
    bool is_zero(Slot slot) const;
    bool is_left_out(Slot slot) const;
    bool comes_from_layer(Slot slot) const;
    bool is_used_as_activation(Slot slot) const;
    const Step* maker_of(Slot slot, std::initializer_list<std::string_view> names) const;

    const Program& program_;
    const StoredValues& values_;
    IsLayer is_layer_;
};

}  // namespace clipscope
