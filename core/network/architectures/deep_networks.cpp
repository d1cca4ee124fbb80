#include "network/architectures/deep_networks.h"

#include <string>
#include <utility>
#include <vector>

#include "network/architectures/architect.h"

namespace clipscope {

namespace {

using torch::jit::Module;
using Seed = std::optional<std::uint64_t>;

constexpr int large = 224, small = 32;

bool has_large_stem(const ArchitectureForm& form) {
    return !form.shapes.empty() && form.shapes[0].size() == 4 && form.shapes[0][2] == 7;
}

Module stem_pooling(const Architect& architect) {
    return architect.stateless("MaxPool2d", "torch.max_pool2d(x, [3, 3], [2, 2], [1, 1])");
}

// One or two 3×3 convolutions or a 3×3 between two 1×1 ones, beside a shortcut that projects where the size changes.
Module residual_block(Architect& architect, int in, int width, int stride, bool is_bottleneck) {
    const int out = is_bottleneck ? 4 * width : width;
    Module block = architect.container(is_bottleneck ? "Bottleneck" : "BasicBlock");
    std::string code = "def forward(self, x):\n    y = x\n";
    const auto add = [&](int number, int from, int to, int kernel, int step, bool is_last) {
        const std::string n = std::to_string(number);
        block.register_module("conv" + n, architect.convolution(from, to, kernel, step, kernel / 2, false));
        block.register_module("bn" + n, architect.batch_norm(to));
        code += "    y = self.bn" + n + ".forward(self.conv" + n + ".forward(y))\n";
        if (is_last) return;
        block.register_module("relu" + n, architect.relu());
        code += "    y = self.relu" + n + ".forward(y)\n";
    };
    if (is_bottleneck) {
        add(1, in, width, 1, 1, false);
        add(2, width, width, 3, stride, false);
        add(3, width, out, 1, 1, true);
    } else {
        add(1, in, width, 3, stride, false);
        add(2, width, out, 3, 1, true);
    }
    if (stride != 1 || in != out) {
        block.register_module("downsample",
                              architect.sequential({architect.convolution(in, out, 1, stride, 0, false), architect.batch_norm(out)}));
        code += "    x = self.downsample.forward(x)\n";
    }
    block.register_module("relu", architect.relu());
    block.define(code + "    return self.relu.forward(y + x)\n");
    return block;
}

}  // namespace

Architecture make_wide_resnet(const std::vector<int>& blocks, bool has_bottlenecks, const ArchitectureForm& form, Seed seed) {
    const bool is_large = has_large_stem(form);
    Architect architect("ResNet", seed);
    Module network = architect.container("ResNet");
    network.register_module("conv1", is_large ? architect.convolution(form.channels, 64, 7, 2, 3, false)
                                              : architect.convolution(form.channels, 64, 3, 1, 1, false));
    network.register_module("bn1", architect.batch_norm(64));
    network.register_module("relu", architect.relu());
    if (is_large) network.register_module("maxpool", stem_pooling(architect));
    int channels = 64;
    for (int stage = 0; stage < 4; ++stage) {
        std::vector<Module> parts;
        const int width = 64 << stage;
        for (int i = 0; i < blocks[std::size_t(stage)]; ++i) {
            parts.push_back(residual_block(architect, channels, width, i == 0 && stage > 0 ? 2 : 1, has_bottlenecks));
            channels = has_bottlenecks ? 4 * width : width;
        }
        network.register_module("layer" + std::to_string(stage + 1), architect.sequential(parts));
    }
    network.register_module("fc", architect.linear(channels, form.classes));
    network.define(std::string("def forward(self, x):\n    x = self.relu.forward(self.bn1.forward(self.conv1.forward(x)))\n") +
                   (is_large ? "    x = self.maxpool.forward(x)\n" : "") + R"(
    x = self.layer4.forward(self.layer3.forward(self.layer2.forward(self.layer1.forward(x))))
    return self.fc.forward(torch.flatten(torch.adaptive_avg_pool2d(x, [1, 1]), 1))
)");
    const int side = is_large ? large : small;
    return {network, {form.channels, side, side}};
}

namespace {

Module relu6(const Architect& architect) {
    return architect.stateless("ReLU6", "torch.relu6(x)");
}

Module convolution_with_norm(Architect& architect, int in, int out, int kernel, int stride, int groups) {
    return architect.sequential(
        {architect.convolution(in, out, kernel, stride, kernel / 2, false, groups), architect.batch_norm(out), relu6(architect)});
}

Module inverted_residual(Architect& architect, int in, int out, int stride, int expansion) {
    const int hidden = in * expansion;
    std::vector<Module> parts;
    if (expansion != 1) parts.push_back(convolution_with_norm(architect, in, hidden, 1, 1, 1));
    parts.push_back(convolution_with_norm(architect, hidden, hidden, 3, stride, hidden));
    parts.push_back(architect.convolution(hidden, out, 1, 1, 0, false));
    parts.push_back(architect.batch_norm(out));
    Module block = architect.container("InvertedResidual");
    block.register_module("conv", architect.sequential(parts));
    block.define(stride == 1 && in == out ? "def forward(self, x):\n    return x + self.conv.forward(x)\n"
                                          : "def forward(self, x):\n    return self.conv.forward(x)\n");
    return block;
}

struct MobileStage {
    int expansion, width, blocks, stride;
};

}  // namespace

Architecture make_mobilenet_v2(const ArchitectureForm& form, Seed seed) {
    const bool is_large = form.size != small;
    const std::vector<MobileStage> stages{
        {1, 16, 1, 1}, {6, 24, 2, is_large ? 2 : 1}, {6, 32, 3, 2}, {6, 64, 4, 2}, {6, 96, 3, 1}, {6, 160, 3, 2}, {6, 320, 1, 1}};
    Architect architect("MobileNetV2", seed);
    std::vector<Module> features{convolution_with_norm(architect, form.channels, 32, 3, is_large ? 2 : 1, 1)};
    int channels = 32;
    for (const MobileStage& stage : stages)
        for (int i = 0; i < stage.blocks; ++i) {
            features.push_back(inverted_residual(architect, channels, stage.width, i == 0 ? stage.stride : 1, stage.expansion));
            channels = stage.width;
        }
    features.push_back(convolution_with_norm(architect, channels, 1280, 1, 1, 1));
    Module network = architect.container("MobileNetV2");
    network.register_module("features", architect.sequential(features));
    network.register_module("classifier", architect.sequential({architect.dropout(), architect.linear(1280, form.classes)}));
    network.define(R"(
def forward(self, x):
    x = torch.adaptive_avg_pool2d(self.features.forward(x), [1, 1])
    return self.classifier.forward(torch.flatten(x, 1))
)");
    const int side = is_large ? large : small;
    return {network, {form.channels, side, side}};
}

namespace {

constexpr int growth = 32;

// `newest_first`: a layer puts what it makes before what it got, as some scripts for small images do, not behind it.
Module dense_layer(Architect& architect, int in, bool newest_first) {
    Module layer = architect.container("DenseLayer");
    layer.register_module("norm1", architect.batch_norm(in));
    layer.register_module("relu1", architect.relu());
    layer.register_module("conv1", architect.convolution(in, 4 * growth, 1, 1, 0, false));
    layer.register_module("norm2", architect.batch_norm(4 * growth));
    layer.register_module("relu2", architect.relu());
    layer.register_module("conv2", architect.convolution(4 * growth, growth, 3, 1, 1, false));
    layer.define(std::string(R"(
def forward(self, x):
    y = self.conv1.forward(self.relu1.forward(self.norm1.forward(x)))
    y = self.conv2.forward(self.relu2.forward(self.norm2.forward(y)))
)") + (newest_first ? "    return torch.cat([y, x], 1)\n" : "    return torch.cat([x, y], 1)\n"));
    return layer;
}

Module transition(Architect& architect, int in, int out) {
    Module part = architect.container("Transition");
    part.register_module("norm", architect.batch_norm(in));
    part.register_module("relu", architect.relu());
    part.register_module("conv", architect.convolution(in, out, 1, 1, 0, false));
    part.define(R"(
def forward(self, x):
    return torch.avg_pool2d(self.conv.forward(self.relu.forward(self.norm.forward(x))), [2, 2], [2, 2])
)");
    return part;
}

}  // namespace

Architecture make_densenet121(const ArchitectureForm& form, Seed seed) {
    const bool is_large = has_large_stem(form);
    Architect architect("DenseNet", seed);
    std::vector<std::pair<std::string, Module>> features;
    int channels = 64;
    features.emplace_back("conv0", is_large ? architect.convolution(form.channels, channels, 7, 2, 3, false)
                                            : architect.convolution(form.channels, channels, 3, 1, 1, false));
    if (is_large) {
        features.emplace_back("norm0", architect.batch_norm(channels));
        features.emplace_back("relu0", architect.relu());
        features.emplace_back("pool0", stem_pooling(architect));
    }
    const std::vector<int> blocks{6, 12, 24, 16};
    for (std::size_t b = 0; b < blocks.size(); ++b) {
        std::vector<std::pair<std::string, Module>> layers;
        for (int i = 1; i <= blocks[b]; ++i, channels += growth)
            layers.emplace_back("denselayer" + std::to_string(i), dense_layer(architect, channels, form.is_newest_first));
        features.emplace_back("denseblock" + std::to_string(b + 1), architect.sequential(layers));
        if (b + 1 == blocks.size()) break;
        features.emplace_back("transition" + std::to_string(b + 1), transition(architect, channels, channels / 2));
        channels /= 2;
    }
    features.emplace_back("norm5", architect.batch_norm(channels));
    Module network = architect.container("DenseNet");
    network.register_module("features", architect.sequential(features));
    network.register_module("relu", architect.relu());
    network.register_module("classifier", architect.linear(channels, form.classes));
    network.define(R"(
def forward(self, x):
    x = torch.adaptive_avg_pool2d(self.relu.forward(self.features.forward(x)), [1, 1])
    return self.classifier.forward(torch.flatten(x, 1))
)");
    const int side = is_large ? large : small;
    return {network, {form.channels, side, side}};
}

}  // namespace clipscope
