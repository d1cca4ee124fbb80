#include "network/architectures/architectures.h"

#include <utility>
#include <vector>

#include "common/error.h"
#include "network/architectures/architect.h"
#include "network/training.h"

namespace clipscope {

namespace {

using torch::jit::Module;
using Seed = std::optional<std::uint64_t>;

Module make_lenet5(const ArchitectureForm& form, Seed seed) {
    Architect architect("LeNet5", seed);
    Module network = architect.container("LeNet5");
    network.register_module("conv1", architect.convolution(form.channels, 6, 5, 1, 0));
    network.register_module("relu1", architect.relu());
    network.register_module("pool1", architect.max_pool());
    network.register_module("conv2", architect.convolution(6, 16, 5, 1, 0));
    network.register_module("relu2", architect.relu());
    network.register_module("pool2", architect.max_pool());
    network.register_module("fc1", architect.linear(16 * 5 * 5, 120));
    network.register_module("relu3", architect.relu());
    network.register_module("fc2", architect.linear(120, 84));
    network.register_module("relu4", architect.relu());
    network.register_module("fc3", architect.linear(84, form.classes));
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

Module make_alexnet(const ArchitectureForm& form, Seed seed) {
    Architect architect("AlexNet", seed);
    Module network = architect.container("AlexNet");
    network.register_module("features", architect.sequential({
                                            architect.convolution(form.channels, 64, 11, 4, 5),
                                            architect.relu(),
                                            architect.max_pool(),
                                            architect.convolution(64, 192, 5, 1, 2),
                                            architect.relu(),
                                            architect.max_pool(),
                                            architect.convolution(192, 384, 3, 1, 1),
                                            architect.relu(),
                                            architect.convolution(384, 256, 3, 1, 1),
                                            architect.relu(),
                                            architect.convolution(256, 256, 3, 1, 1),
                                            architect.relu(),
                                            architect.max_pool(),
                                        }));
    network.register_module("classifier", architect.sequential({
                                              architect.dropout(),
                                              architect.linear(256, 512),
                                              architect.relu(),
                                              architect.dropout(),
                                              architect.linear(512, 512),
                                              architect.relu(),
                                              architect.linear(512, form.classes),
                                          }));
    network.define(R"(
def forward(self, x):
    return self.classifier.forward(torch.flatten(self.features.forward(x), 1))
)");
    return network;
}

// Output channels of the 3×3 convolutions; 0 is a 2×2 pooling.
const std::vector<int> vgg11_layers{64, 0, 128, 0, 256, 256, 0, 512, 512, 0, 512, 512, 0};
const std::vector<int> vgg16_layers{64, 64, 0, 128, 128, 0, 256, 256, 256, 0, 512, 512, 512, 0, 512, 512, 512, 0};

Module make_vgg(const std::vector<int>& layers, bool has_batch_norm, const ArchitectureForm& form, Seed seed) {
    Architect architect("VGG", seed);
    std::vector<Module> features;
    int channels = form.channels;
    for (const int layer : layers) {
        if (layer == 0) {
            features.push_back(architect.max_pool());
            continue;
        }
        features.push_back(architect.convolution(channels, layer, 3, 1, 1, !has_batch_norm || form.has_convolution_bias));
        if (has_batch_norm) features.push_back(architect.batch_norm(layer));
        features.push_back(architect.relu());
        channels = layer;
    }
    Module network = architect.container("VGG");
    network.register_module("features", architect.sequential(features));
    network.register_module("classifier", architect.linear(channels, form.classes));
    network.define(R"(
def forward(self, x):
    return self.classifier.forward(torch.flatten(self.features.forward(x), 1))
)");
    return network;
}

// Two 3×3 convolutions beside a shortcut. Where the size changes, the shortcut takes every second pixel and pads the new channels with
// zeros on both sides, or projects.
Module make_residual_block(Architect& architect, int in, int out, int stride, bool has_projections) {
    Module block = architect.container("BasicBlock");
    block.register_module("conv1", architect.convolution(in, out, 3, stride, 1, false));
    block.register_module("bn1", architect.batch_norm(out));
    block.register_module("relu1", architect.relu());
    block.register_module("conv2", architect.convolution(out, out, 3, 1, 1, false));
    block.register_module("bn2", architect.batch_norm(out));
    std::string shortcut = "x";
    if (stride != 1 && has_projections) {
        block.register_module("downsample",
                              architect.sequential({architect.convolution(in, out, 1, stride, 0, false), architect.batch_norm(out)}));
        shortcut = "self.downsample.forward(x)";
    } else if (stride != 1) {
        const std::string padding = std::to_string((out - in) / 2);
        shortcut = "torch.constant_pad_nd(x[:, :, ::2, ::2], [0, 0, 0, 0, " + padding + ", " + padding + "])";
    }
    block.register_module("relu2", architect.relu());
    block.define(R"(
def forward(self, x):
    y = self.relu1.forward(self.bn1.forward(self.conv1.forward(x)))
    y = self.bn2.forward(self.conv2.forward(y))
    return self.relu2.forward(y + )" +
                 shortcut + ")\n");
    return block;
}

// 6·blocks + 2 layers with weights, the projections not counted.
Module make_resnet(int blocks, const ArchitectureForm& form, Seed seed) {
    Architect architect("ResNet", seed);
    Module network = architect.container("ResNet");
    network.register_module("conv1", architect.convolution(form.channels, 16, 3, 1, 1, false));
    network.register_module("bn1", architect.batch_norm(16));
    network.register_module("relu", architect.relu());
    int channels = 16;
    for (int stage = 1; stage <= 3; ++stage) {
        std::vector<Module> parts;
        for (int i = 0; i < blocks; ++i) {
            const int out = 8 << stage;
            parts.push_back(make_residual_block(architect, channels, out, i == 0 && stage > 1 ? 2 : 1, form.has_projections));
            channels = out;
        }
        network.register_module("layer" + std::to_string(stage), architect.sequential(parts));
    }
    network.register_module("linear", architect.linear(channels, form.classes));
    network.define(R"(
def forward(self, x):
    x = self.relu.forward(self.bn1.forward(self.conv1.forward(x)))
    x = self.layer3.forward(self.layer2.forward(self.layer1.forward(x)))
    return self.linear.forward(torch.flatten(torch.adaptive_avg_pool2d(x, [1, 1]), 1))
)");
    return network;
}

}  // namespace

const std::vector<std::string>& architecture_names() {
    static const std::vector<std::string> names{"lenet5",   "alexnet",  "vgg11",    "vgg11_bn", "vgg16",
                                                "vgg16_bn", "resnet20", "resnet32", "resnet56"};
    return names;
}

Module make_architecture(const std::string& name, const ArchitectureForm& form, Seed seed) {
    if (name == "lenet5") return make_lenet5(form, seed);
    if (name == "alexnet") return make_alexnet(form, seed);
    if (name == "vgg11" || name == "vgg11_bn") return make_vgg(vgg11_layers, name.ends_with("_bn"), form, seed);
    if (name == "vgg16" || name == "vgg16_bn") return make_vgg(vgg16_layers, name.ends_with("_bn"), form, seed);
    if (name == "resnet20") return make_resnet(3, form, seed);
    if (name == "resnet32") return make_resnet(5, form, seed);
    if (name == "resnet56") return make_resnet(9, form, seed);
    std::string known;
    for (const std::string& other : architecture_names()) known += (known.empty() ? "" : ", ") + other;
    throw UsageError("There is no built-in architecture \"" + name + "\": choose one of " + known + ".");
}

Module make_architecture(const std::string& name, ImageShape input, int classes, std::uint64_t seed) {
    if (input.height != 32 || input.width != 32)
        throw UsageError("The built-in architectures take images of 32×32 pixels, not " + std::to_string(input.height) + "×" +
                         std::to_string(input.width) + ": choose other images.");
    return make_architecture(name, ArchitectureForm{.channels = input.channels, .classes = classes}, seed);
}

}  // namespace clipscope
