#include "network/architectures/architect.h"

#include <ATen/CPUGeneratorImpl.h>

#include <cmath>
#include <utility>

namespace clipscope {

using torch::jit::Module;

Architect::Architect(std::string network, std::optional<std::uint64_t> seed)
    : network_(std::move(network)), unit_(std::make_shared<torch::jit::CompilationUnit>()) {
    if (seed) generator_ = at::detail::createCPUGenerator(*seed);
}

Module Architect::container(const std::string& type) const {
    Module module(c10::QualifiedName("__torch__.clipscope." + network_ + "." + type), unit_, true);
    module.register_attribute("training", c10::BoolType::get(), true);
    return module;
}

Module Architect::stateless(const std::string& type, const std::string& expression) const {
    Module module = container(type);
    module.define("def forward(self, x):\n    return " + expression + "\n");
    return module;
}

Module Architect::convolution(std::int64_t in, std::int64_t out, std::int64_t kernel, int stride, int padding, bool has_bias,
                              int groups) {
    Module module = container("Conv2d");
    add_weights(module, {out, in / groups, kernel, kernel}, in / groups * kernel * kernel, has_bias);
    const auto pair = [](int n) { return std::string("[") + std::to_string(n) + ", " + std::to_string(n) + "]"; };
    const std::string bias = has_bias ? "self.bias" : "None";
    module.define("def forward(self, x):\n    return torch.conv2d(x, self.weight, " + bias + ", " + pair(stride) + ", " + pair(padding) +
                  (groups == 1 ? "" : ", [1, 1], " + std::to_string(groups)) + ")\n");
    return module;
}

Module Architect::linear(std::int64_t in, std::int64_t out) {
    Module module = container("Linear");
    add_weights(module, {out, in}, in, true);
    module.define("def forward(self, x):\n    return torch.linear(x, self.weight, self.bias)\n");
    return module;
}

Module Architect::batch_norm(std::int64_t channels) const {
    Module module = container("BatchNorm2d");
    module.register_parameter("weight", at::ones({channels}).requires_grad_(), false);
    module.register_parameter("bias", at::zeros({channels}).requires_grad_(), false);
    module.register_buffer("running_mean", at::zeros({channels}));
    module.register_buffer("running_var", at::ones({channels}));
    module.define(
        "def forward(self, x):\n"
        "    return torch.batch_norm(x, self.weight, self.bias, self.running_mean, self.running_var, self.training, 0.1, 1e-05, True)\n");
    return module;
}

Module Architect::relu() const {
    return stateless("ReLU", "torch.relu(x)");
}
Module Architect::max_pool() const {
    return stateless("MaxPool2d", "torch.max_pool2d(x, [2, 2], [2, 2])");
}
Module Architect::dropout() const {
    return stateless("Dropout", "torch.dropout(x, 0.5, self.training)");
}

Module Architect::sequential(const std::vector<Module>& parts) const {
    std::vector<std::pair<std::string, Module>> named;
    for (std::size_t i = 0; i < parts.size(); ++i) named.emplace_back(std::to_string(i), parts[i]);
    return sequential(named);
}

Module Architect::sequential(const std::vector<std::pair<std::string, Module>>& parts) const {
    Module module = container("Sequential");
    std::string code = "def forward(self, x):\n";
    for (const auto& [name, part] : parts) {
        module.register_module(name, part);
        code += "    x = getattr(self, \"" + name + "\").forward(x)\n";
    }
    module.define(code + "    return x\n");
    return module;
}

void Architect::add_weights(Module& module, std::vector<std::int64_t> shape, std::int64_t fan_in, bool has_bias) {
    const std::int64_t outputs = shape[0];
    at::Tensor weight = at::empty(shape);
    if (generator_) weight.normal_(0, std::sqrt(2.0 / double(fan_in)), generator_);
    module.register_parameter("weight", weight.requires_grad_(), false);
    if (has_bias) module.register_parameter("bias", at::zeros({outputs}).requires_grad_(), false);
}

}  // namespace clipscope
