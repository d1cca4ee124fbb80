#include "network/gated_activations.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace clipscope {

namespace {

bool is_near(double a, double b) {
    return std::abs(a - b) <= 1e-6 * std::abs(b);
}

bool is_product(const Step& step) {
    return step.inputs.size() >= 2 && step.outputs.size() == 1 && (step.name == "aten::mul" || step.name == "aten::div");
}

}  // namespace

const Step* GatedActivations::maker_of(Slot slot, std::string_view name) const {
    const Step* maker = values_.maker_of(slot);
    return maker != nullptr && maker->name == name ? maker : nullptr;
}

// Follows products of products: three factors can be multiplied in three orders.
void GatedActivations::multiply(Slot slot, int depth, Product& product) const {
    if (const std::optional<double> number = number_at_(slot)) {
        product.number *= *number;
        return;
    }
    const Step* maker = values_.maker_of(slot);
    if (maker == nullptr || depth == 0 || !is_product(*maker)) {
        product.values.push_back(slot);
        return;
    }
    if (maker->name == "aten::mul") {
        multiply(maker->inputs[0], depth - 1, product);
        multiply(maker->inputs[1], depth - 1, product);
    } else if (const std::optional<double> divisor = number_at_(maker->inputs[1]); divisor && maker->inputs.size() == 2) {
        product.number /= *divisor;
        multiply(maker->inputs[0], depth - 1, product);
    } else {
        product.values.push_back(slot);
    }
}

std::string_view GatedActivations::gate_kind(Slot gate, Slot values) const {
    const auto takes_values = [&](const Step* step) { return step != nullptr && step->inputs[0] == values; };
    if (takes_values(maker_of(gate, "aten::sigmoid"))) return "silu";
    if (takes_values(maker_of(gate, "aten::hardsigmoid"))) return "hardswish";
    if (const Step* tanh = maker_of(gate, "aten::tanh"); tanh && takes_values(maker_of(tanh->inputs[0], "aten::softplus"))) return "mish";
    return {};
}

// 1 + erf(values/√2).
bool GatedActivations::is_error_function_gate(Slot gate, Slot values) const {
    const Step* sum = maker_of(gate, "aten::add");
    if (sum == nullptr) return false;
    for (const std::size_t place : {0, 1}) {
        const Step* error_function = maker_of(sum->inputs[place], "aten::erf");
        if (error_function == nullptr || number_at_(sum->inputs[1 - place]) != 1.0) continue;
        Product inside;
        multiply(error_function->inputs[0], 2, inside);
        if (inside.values == std::vector{values} && is_near(inside.number, 1 / std::numbers::sqrt2)) return true;
    }
    return false;
}

std::optional<FoundSite> GatedActivations::find(const Step& step) const {
    if (!is_product(step)) return std::nullopt;
    constexpr int most_factors = 3;
    Product product;
    multiply(step.outputs[0], most_factors, product);
    if (product.values.size() != 2) return std::nullopt;
    for (const std::size_t place : {0, 1}) {
        const Slot values = product.values[place], gate = product.values[1 - place];
        FoundSite site;
        site.input_slot = values;
        if (product.number == 1) site.info.kind = gate_kind(gate, values);
        if (product.number == 0.5 && is_error_function_gate(gate, values)) site.info.kind = "gelu";
        if (!site.info.kind.empty()) return site;
    }
    return std::nullopt;
}

bool GatedActivations::is_gate(const Step& step) const {
    if (step.outputs.size() != 1) return false;
    const std::vector<const Step*>& readers = values_.readers_of(step.outputs[0]);
    return !readers.empty() && std::ranges::all_of(readers, [&](const Step* reader) {
        const bool is_softplus_of_mish = step.name == "aten::softplus" && reader->name == "aten::tanh";
        return is_softplus_of_mish ? is_gate(*reader) : find(*reader).has_value();
    });
}

}  // namespace clipscope
