#include "network/architectures/architectures.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "common/error.h"
#include "common/text_list.h"
#include "network/architectures/architect.h"
#include "network/architectures/deep_networks.h"
#include "network/architectures/small_networks.h"
#include "network/training.h"

namespace clipscope {

namespace {

using torch::jit::Module;
using Seed = std::optional<std::uint64_t>;

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

}  // namespace

// Output channels of the 3×3 convolutions; 0 is a 2×2 pooling.
extern const std::vector<int> vgg11_layers, vgg13_layers, vgg16_layers, vgg19_layers;
const std::vector<int> vgg11_layers{64, 0, 128, 0, 256, 256, 0, 512, 512, 0, 512, 512, 0};
const std::vector<int> vgg13_layers{64, 64, 0, 128, 128, 0, 256, 256, 0, 512, 512, 0, 512, 512, 0};
const std::vector<int> vgg16_layers{64, 64, 0, 128, 128, 0, 256, 256, 256, 0, 512, 512, 512, 0, 512, 512, 512, 0};
const std::vector<int> vgg19_layers{64, 64, 0, 128, 128, 0, 256, 256, 256, 256, 0, 512, 512, 512, 512, 0, 512, 512, 512, 512, 0};

namespace {

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

namespace {

// The usual form of each choice comes first and is not written.
struct Known {
    std::string name;
    Architecture (*make)(const ArchitectureForm& form, Seed seed);
    std::vector<std::vector<std::string>> choices;
    std::vector<std::size_t> tensors = {};  // parameters and buffers of its forms, of large ones; empty: any
};

Architecture small_images(const ArchitectureForm& form, Module module) {
    return {std::move(module), ImageShape{form.channels, 32, 32}};
}

template <const std::vector<int>& layers, bool has_batch_norm>
Architecture vgg(const ArchitectureForm& form, Seed seed) {
    return small_images(form, make_vgg(layers, has_batch_norm, form, seed));
}

template <int blocks>
Architecture narrow_resnet(const ArchitectureForm& form, Seed seed) {
    return small_images(form, make_resnet(blocks, form, seed));
}

template <int first, int second, int third, int fourth, bool has_bottlenecks>
Architecture wide_resnet(const ArchitectureForm& form, Seed seed) {
    return make_wide_resnet({first, second, third, fourth}, has_bottlenecks, form, seed);
}

const std::vector<Known>& table() {
    static const std::vector<Known> known{
        {"lenet5", make_lenet5, {{"relu", "tanh", "sigmoid"}, {"max", "average"}, {"32", "28"}}},
        {"alexnet", [](const ArchitectureForm& form, Seed seed) { return small_images(form, make_alexnet(form, seed)); }, {}},
        {"vgg11", vgg<vgg11_layers, false>, {}},
        {"vgg11_bn", vgg<vgg11_layers, true>, {}},
        {"vgg13", vgg<vgg13_layers, false>, {}},
        {"vgg13_bn", vgg<vgg13_layers, true>, {}},
        {"vgg16", vgg<vgg16_layers, false>, {}},
        {"vgg16_bn", vgg<vgg16_layers, true>, {}},
        {"vgg19", vgg<vgg19_layers, false>, {}},
        {"vgg19_bn", vgg<vgg19_layers, true>, {}},
        {"resnet20", narrow_resnet<3>, {}},
        {"resnet32", narrow_resnet<5>, {}},
        {"resnet44", narrow_resnet<7>, {}, {217, 227}},
        {"resnet56", narrow_resnet<9>, {}},
        {"resnet110", narrow_resnet<18>, {}, {547, 557}},
        {"resnet18", wide_resnet<2, 2, 2, 2, false>, {{"usual", "pooled"}}, {102}},
        {"resnet34", wide_resnet<3, 4, 6, 3, false>, {{"usual", "pooled"}}, {182}},
        {"resnet50", wide_resnet<3, 4, 6, 3, true>, {{"usual", "pooled"}}, {267}},
        {"mobilenet_v2", make_mobilenet_v2, {{"usual", "small"}}, {262, 287}},
        {"densenet121", make_densenet121, {{"usual", "newest-first"}, {"usual", "bare-transitions"}, {"usual", "pooled"}}, {602, 606}},
        {"mnist_example", make_mnist_example, {}},
        {"mlp", make_mlp, {{"relu", "tanh", "sigmoid", "none"}}},
    };
    return known;
}

const Known* known_as(const std::string& name) {
    const std::string base = name.substr(0, name.find('['));
    const auto found = std::ranges::find(table(), base, &Known::name);
    return found == table().end() ? nullptr : &*found;
}

void set(ArchitectureForm& form, const std::string& choice) {
    if (choice == "average" || choice == "max")
        form.has_average_pooling = choice == "average";
    else if (choice == "newest-first")
        form.is_newest_first = true;
    else if (choice == "bare-transitions")
        form.has_bare_transitions = true;
    else if (choice == "pooled")
        form.has_stem_pooling = true;
    else if (choice == "small")
        form.has_small_strides = true;
    else if (choice.find_first_not_of("0123456789") == std::string::npos)
        form.size = std::stoi(choice);
    else
        form.activation = choice;
}

}  // namespace

const std::vector<std::string>& known_architectures() {
    static const std::vector<std::string> names = [] {
        std::vector<std::string> all;
        for (const Known& known : table()) all.push_back(known.name);
        return all;
    }();
    return names;
}

bool may_have_tensors(const std::string& name, std::size_t count) {
    const Known* known = known_as(name);
    return known == nullptr || known->tensors.empty() || std::ranges::find(known->tensors, count) != known->tensors.end();
}

std::vector<std::string> architecture_variants(const std::string& name) {
    const Known* known = known_as(name);
    if (known == nullptr) return {name};
    std::vector<std::string> variants{""};
    for (const auto& choice : known->choices) {
        std::vector<std::string> more;
        for (const std::string& variant : variants)
            for (std::size_t i = 0; i < choice.size(); ++i)
                more.push_back(i == 0 ? variant : variant + (variant.empty() ? "" : ",") + choice[i]);
        variants = std::move(more);
    }
    for (std::string& variant : variants) variant = known->name + (variant.empty() ? "" : "[" + variant + "]");
    return variants;
}

Architecture build_architecture(const std::string& name, ArchitectureForm form, Seed seed) {
    const Known* known = known_as(name);
    if (known == nullptr) {
        std::string names;
        for (const std::string& other : known_architectures()) names += (names.empty() ? "" : ", ") + other;
        throw UsageError("There is no built-in architecture \"" + name + "\": choose one of " + names + ".");
    }
    const std::vector<std::string> variants = architecture_variants(name);
    if (std::ranges::find(variants, name) == variants.end()) {
        std::string names;
        for (const std::string& other : variants) names += (names.empty() ? "" : ", ") + other;
        throw UsageError("The built-in architecture " + known->name + " has no form \"" + name + "\": choose one of " + names + ".");
    }
    if (const std::size_t bracket = name.find('['); bracket != std::string::npos)
        for (const std::string& choice : split_list(name.substr(bracket + 1, name.size() - bracket - 2), ',')) set(form, choice);
    return known->make(form, seed);
}

Module make_architecture(const std::string& name, ImageShape input, int classes, std::uint64_t seed) {
    if (input.height != 32 || input.width != 32)
        throw UsageError("The built-in architectures take images of 32×32 pixels, not " + std::to_string(input.height) + "×" +
                         std::to_string(input.width) + ": choose other images.");
    ArchitectureForm form;
    form.channels = input.channels;
    form.classes = classes;
    return build_architecture(name, std::move(form), seed).module;
}

}  // namespace clipscope
