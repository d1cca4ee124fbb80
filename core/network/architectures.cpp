#include "network/architectures.h"

#include <ATen/CPUGeneratorImpl.h>

#include <cmath>
#include <utility>
#include <vector>

#include "common/error.h"
#include "network/training.h"

namespace clipscope {

namespace {

using torch::jit::Module;

// Makes the modules of one network: each layer is a module with a small forward of its own, so that parameters and activations have the paths
// that Python gives them ("features.0.weight").
class Architect {
public:
    Architect(std::string network, std::uint64_t seed)
        : network_(std::move(network)), unit_(std::make_shared<torch::jit::CompilationUnit>()), generator_(at::detail::createCPUGenerator(seed)) {}

    Module container(const std::string& type) const {
        Module module(c10::QualifiedName("__torch__.clipscope." + network_ + "." + type), unit_, true);
        module.register_attribute("training", c10::BoolType::get(), true);
        return module;
    }

    Module convolution(std::int64_t in, std::int64_t out, std::int64_t kernel, int stride, int padding) {
        Module module = container("Conv2d");
        add_weights(module, {out, in, kernel, kernel}, in * kernel * kernel);
        const auto pair = [](int n) { return std::string("[") + std::to_string(n) + ", " + std::to_string(n) + "]"; };
        module.define("def forward(self, x):\n    return torch.conv2d(x, self.weight, self.bias, " + pair(stride) + ", " + pair(padding) + ")\n");
        return module;
    }

    Module linear(std::int64_t in, std::int64_t out) {
        Module module = container("Linear");
        add_weights(module, {out, in}, in);
        module.define("def forward(self, x):\n    return torch.linear(x, self.weight, self.bias)\n");
        return module;
    }

    Module stateless(const std::string& type, const std::string& expression) const {
        Module module = container(type);
        module.define("def forward(self, x):\n    return " + expression + "\n");
        return module;
    }

    Module relu() const { return stateless("ReLU", "torch.relu(x)"); }
    Module max_pool() const { return stateless("MaxPool2d", "torch.max_pool2d(x, [2, 2], [2, 2])"); }
    Module dropout() const { return stateless("Dropout", "torch.dropout(x, 0.5, self.training)"); }

    // Submodules "0", "1", ... run one after the other, as Python's nn.Sequential.
    Module sequential(const std::vector<Module>& parts) const {
        Module module = container("Sequential");
        std::string code = "def forward(self, x):\n";
        for (std::size_t i = 0; i < parts.size(); ++i) {
            module.register_module(std::to_string(i), parts[i]);
            code += "    x = getattr(self, \"" + std::to_string(i) + "\").forward(x)\n";
        }
        module.define(code + "    return x\n");
        return module;
    }

private:
    void add_weights(Module& module, std::vector<std::int64_t> shape, std::int64_t fan_in) {
        const std::int64_t outputs = shape[0];
        at::Tensor weight = at::empty(shape).normal_(0, std::sqrt(2.0 / double(fan_in)), generator_);
        module.register_parameter("weight", weight.requires_grad_(), false);
        module.register_parameter("bias", at::zeros({outputs}).requires_grad_(), false);
    }

    std::string network_;
    std::shared_ptr<torch::jit::CompilationUnit> unit_;
    at::Generator generator_;
};

Module make_lenet5(int channels, int classes, std::uint64_t seed) {
    Architect architect("LeNet5", seed);
    Module network = architect.container("LeNet5");
    network.register_module("conv1", architect.convolution(channels, 6, 5, 1, 0));
    network.register_module("relu1", architect.relu());
    network.register_module("pool1", architect.max_pool());
    network.register_module("conv2", architect.convolution(6, 16, 5, 1, 0));
    network.register_module("relu2", architect.relu());
    network.register_module("pool2", architect.max_pool());
    network.register_module("fc1", architect.linear(16 * 5 * 5, 120));
    network.register_module("relu3", architect.relu());
    network.register_module("fc2", architect.linear(120, 84));
    network.register_module("relu4", architect.relu());
    network.register_module("fc3", architect.linear(84, classes));
    network.define(R"(
def forward(self, x):
    x = self.pool1.forward(self.relu1.forward(self.conv1.forward(x)))
    x = self.pool2.forward(self.relu2.forward(self.conv2.forward(x)))
    x = torch.flatten(x, 1)
    x = self.relu3.forward(self.fc1.forward(x))
    x = self.relu4.forward(self.fc2.forward(x))
    return self.fc3.forward(x)
)");
    return network;
}

Module make_alexnet(int channels, int classes, std::uint64_t seed) {
    Architect architect("AlexNet", seed);
    Module network = architect.container("AlexNet");
    network.register_module(
        "features", architect.sequential({
                        architect.convolution(channels, 64, 11, 4, 5), architect.relu(), architect.max_pool(),
                        architect.convolution(64, 192, 5, 1, 2), architect.relu(), architect.max_pool(),
                        architect.convolution(192, 384, 3, 1, 1), architect.relu(),
                        architect.convolution(384, 256, 3, 1, 1), architect.relu(),
                        architect.convolution(256, 256, 3, 1, 1), architect.relu(), architect.max_pool(),
                    }));
    network.register_module("classifier", architect.sequential({
                                              architect.dropout(), architect.linear(256, 512), architect.relu(),
                                              architect.dropout(), architect.linear(512, 512), architect.relu(),
                                              architect.linear(512, classes),
                                          }));
    network.define(R"(
def forward(self, x):
    return self.classifier.forward(torch.flatten(self.features.forward(x), 1))
)");
    return network;
}

}  // namespace

const std::vector<std::string>& architecture_names() {
    static const std::vector<std::string> names{"lenet5", "alexnet"};
    return names;
}

torch::jit::Module make_architecture(const std::string& name, ImageShape input, int classes, std::uint64_t seed) {
    if (input.height != 32 || input.width != 32)
        throw UsageError("The built-in architectures take images of 32×32 pixels, not " + std::to_string(input.height) + "×" +
                         std::to_string(input.width) + ": choose other images.");
    if (name == "lenet5") return make_lenet5(input.channels, classes, seed);
    if (name == "alexnet") return make_alexnet(input.channels, classes, seed);
    throw UsageError("There is no built-in architecture \"" + name + "\": choose lenet5 or alexnet.");
}

}  // namespace clipscope
