// Small TorchScript modules that tests need, and inputs for them. Includes LibTorch.
#pragma once

#include <torch/script.h>

#include <string>

namespace clipscope::testing {

// A module with these parameters (values drawn from `generator`) and this forward, in evaluation mode.
inline torch::jit::Module make_module(const std::vector<std::pair<std::string, std::vector<std::int64_t>>>& parameters, const std::string& code) {
    torch::jit::Module module("Test");
    module.register_attribute("training", c10::BoolType::get(), false);
    auto generator = at::detail::createCPUGenerator(7);
    for (const auto& [name, shape] : parameters) module.register_parameter(name, at::empty(shape).normal_(0, 0.3, generator), false);
    module.define(code);
    return module;
}

inline at::Tensor random_images(std::vector<std::int64_t> shape, std::uint64_t seed = 11) {
    return at::empty(shape).normal_(0, 1, at::detail::createCPUGenerator(seed));
}

// Bit for bit, NaNs included.
inline bool same_bits(const at::Tensor& a, const at::Tensor& b) {
    if (a.sizes() != b.sizes()) return false;
    const at::Tensor x = a.contiguous(), y = b.contiguous();
    return std::memcmp(x.data_ptr(), y.data_ptr(), x.nbytes()) == 0;
}

}  // namespace clipscope::testing
