// Makes TorchScript modules in C++: each layer is a module with a small forward of its own, so that parameters and activations have the
// paths that Python gives them ("features.0.weight"). Includes LibTorch.
#pragma once

#include <torch/script.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace clipscope {

class Architect {
public:
    // Weights are drawn anew (He et al., 2015) from the seed; without one they are left for the caller to fill.
    Architect(std::string network, std::optional<std::uint64_t> seed);

    // A module in training mode; the caller adds its parts and its forward.
    torch::jit::Module container(const std::string& type) const;
    // `expression` of x.
    torch::jit::Module stateless(const std::string& type, const std::string& expression) const;
    torch::jit::Module convolution(std::int64_t in, std::int64_t out, std::int64_t kernel, int stride, int padding, bool has_bias = true,
                                   int groups = 1);
    torch::jit::Module linear(std::int64_t in, std::int64_t out);
    torch::jit::Module batch_norm(std::int64_t channels) const;
    torch::jit::Module relu() const;
    torch::jit::Module max_pool() const;  // 2×2
    torch::jit::Module dropout() const;
    // Submodules "0", "1", ... run one after the other, as Python's nn.Sequential.
    torch::jit::Module sequential(const std::vector<torch::jit::Module>& parts) const;
    // The same with names of letters, digits and underscores.
    torch::jit::Module sequential(const std::vector<std::pair<std::string, torch::jit::Module>>& parts) const;

private:
    void add_weights(torch::jit::Module& module, std::vector<std::int64_t> shape, std::int64_t fan_in, bool has_bias);

    std::string network_;
    std::shared_ptr<torch::jit::CompilationUnit> unit_;
    c10::optional<at::Generator> generator_;
};

}  // namespace clipscope
