#include "network/architectures/deep_networks.h"

#include <string>
#include <utility>
#include <vector>

#include "network/architectures/architect.h"
#include "network/architectures/architecture_error.h"

namespace clipscope {

namespace {

using torch::jit::Module;
using Seed = std::optional<std::uint64_t>;

// Whether the first convolution is torchvision's, 7×7 with stride 2.
bool has_large_stem(const ArchitectureForm& form) {
    return !form.shapes.empty() && form.shapes[0].size() == 4 && form.shapes[0][2] == 7;
}

bool has_pooled_stem(const ArchitectureForm& form) {
    if (has_large_stem(form) && form.has_stem_pooling)
        throw ArchitectureError("its first convolution is 7×7, which has a pooling behind it in any case; leave [pooled] out");
    return has_large_stem(form) || form.has_stem_pooling;
}

Module first_convolution(Architect& architect, const ArchitectureForm& form, int out) {
    return has_large_stem(form) ? architect.convolution(form.channels, out, 7, 2, 3, false)
                                : architect.convolution(form.channels, out, 3, 1, 1, false);
}

Module stem_pooling(const Architect& architect) {
    return architect.stateless("MaxPool2d", "torch.max_pool2d(x, [3, 3], [2, 2], [1, 1])");
}

// Features, their mean over the picture, a classifier: what MobileNetV2 and DenseNet end with.
Architecture averaged_and_classified(const Architect& architect, const std::string& name, const Module& features,
                                     const Module& classifier) {
    Module network = architect.container(name);
    network.register_module("features", features);
    network.register_module("classifier", classifier);
    network.define(R"(
def forward(self, x):
    x = torch.adaptive_avg_pool2d(self.features.forward(x), [1, 1])
    return self.classifier.forward(torch.flatten(x, 1))
)");
    return {network, std::nullopt};
}

Module projection(Architect& architect, int in, int out, int stride) {
    return architect.sequential({architect.convolution(in, out, 1, stride, 0, false), architect.batch_norm(out)});
}

// Two 3×3 convolutions, or a 3×3 between two 1×1, beside a shortcut that projects where the size changes.
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
        block.register_module("downsample", projection(architect, in, out, stride));
        code += "    x = self.downsample.forward(x)\n";
    }
    block.register_module("relu", architect.relu());
    block.define(code + "    return self.relu.forward(y + x)\n");
    return block;
}

}  // namespace

Architecture make_wide_resnet(const std::vector<int>& blocks, bool has_bottlenecks, const ArchitectureForm& form, Seed seed) {
    const bool is_pooled = has_pooled_stem(form);
    Architect architect("ResNet", seed);
    Module network = architect.container("ResNet");
    network.register_module("conv1", first_convolution(architect, form, 64));
    network.register_module("bn1", architect.batch_norm(64));
    network.register_module("relu", architect.relu());
    if (is_pooled) network.register_module("maxpool", stem_pooling(architect));
    int channels = 64;
    for (std::size_t stage = 0; stage < blocks.size(); ++stage) {
        std::vector<Module> parts;
        const int width = 64 << stage;
        for (int i = 0; i < blocks[stage]; ++i) {
            parts.push_back(residual_block(architect, channels, width, i == 0 && stage > 0 ? 2 : 1, has_bottlenecks));
            channels = has_bottlenecks ? 4 * width : width;
        }
        network.register_module("layer" + std::to_string(stage + 1), architect.sequential(parts));
    }
    network.register_module("fc", architect.linear(channels, form.classes));
    network.define(std::string("def forward(self, x):\n    x = self.relu.forward(self.bn1.forward(self.conv1.forward(x)))\n") +
                   (is_pooled ? "    x = self.maxpool.forward(x)\n" : "") + R"(
    x = self.layer4.forward(self.layer3.forward(self.layer2.forward(self.layer1.forward(x))))
    return self.fc.forward(torch.flatten(torch.adaptive_avg_pool2d(x, [1, 1]), 1))
)");
    return {network, std::nullopt};
}

namespace {

constexpr std::size_t tensors_of_cifar_mobilenet = 287;

class MobileBuilder {
public:
    MobileBuilder(Architect& architect, bool is_usual) : architect_(architect), is_usual_(is_usual) {}

    Module convolution(int in, int out, int kernel, int stride, int groups = 1) {
        const Module activation = is_usual_ ? architect_.stateless("ReLU6", "torch.relu6(x)") : architect_.relu();
        return architect_.sequential(
            {architect_.convolution(in, out, kernel, stride, kernel / 2, false, groups), architect_.batch_norm(out), activation});
    }

    Module block(int in, int out, int stride, int expansion) {
        const int hidden = in * expansion;
        std::vector<Module> parts;
        if (expansion != 1 || !is_usual_) parts.push_back(convolution(in, hidden, 1, 1));
        parts.push_back(convolution(hidden, hidden, 3, stride, hidden));
        parts.push_back(architect_.convolution(hidden, out, 1, 1, 0, false));
        parts.push_back(architect_.batch_norm(out));
        Module block = architect_.container("InvertedResidual");
        block.register_module("conv", architect_.sequential(parts));
        std::string shortcut = in == out && stride == 1 ? "x + " : "";
        if (in != out && stride == 1 && !is_usual_) {
            block.register_module("shortcut", projection(architect_, in, out, 1));
            shortcut = "self.shortcut.forward(x) + ";
        }
        block.define("def forward(self, x):\n    return " + shortcut + "self.conv.forward(x)\n");
        return block;
    }

private:
    Architect& architect_;
    bool is_usual_;  // torchvision's
};

struct MobileStage {
    int expansion, width, blocks, stride;
};

}  // namespace

Architecture make_mobilenet_v2(const ArchitectureForm& form, Seed seed) {
    const bool is_usual = form.tensors != tensors_of_cifar_mobilenet;
    if (!is_usual && form.has_small_strides)
        throw ArchitectureError("the form of its parameters has small strides in any case; leave [small] out");
    const int first_stride = is_usual && !form.has_small_strides ? 2 : 1;
    const std::vector<MobileStage> stages{{1, 16, 1, 1}, {6, 24, 2, first_stride}, {6, 32, 3, 2}, {6, 64, 4, 2},
                                          {6, 96, 3, 1}, {6, 160, 3, 2},           {6, 320, 1, 1}};
    constexpr int first_width = 32, last_width = 1280;
    Architect architect("MobileNetV2", seed);
    MobileBuilder builder(architect, is_usual);
    std::vector<Module> features{builder.convolution(form.channels, first_width, 3, first_stride)};
    int channels = first_width;
    for (const MobileStage& stage : stages)
        for (int i = 0; i < stage.blocks; ++i) {
            features.push_back(builder.block(channels, stage.width, i == 0 ? stage.stride : 1, stage.expansion));
            channels = stage.width;
        }
    features.push_back(builder.convolution(channels, last_width, 1, 1));
    const Module all = architect.sequential(features);
    return averaged_and_classified(architect, "MobileNetV2", all,
                                   architect.sequential({architect.dropout(), architect.linear(last_width, form.classes)}));
}

namespace {

constexpr int growth = 32;
constexpr std::size_t tensors_of_usual_densenet = 606;

Module dense_layer(Architect& architect, int in, bool is_newest_first) {
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
)") + (is_newest_first ? "    return torch.cat([y, x], 1)\n" : "    return torch.cat([x, y], 1)\n"));
    return layer;
}

Module transition(Architect& architect, int in, int out, bool has_activation) {
    std::vector<std::pair<std::string, Module>> parts{{"norm", architect.batch_norm(in)}};
    if (has_activation) parts.emplace_back("relu", architect.relu());
    parts.emplace_back("conv", architect.convolution(in, out, 1, 1, 0, false));
    parts.emplace_back("pool", architect.stateless("AvgPool2d", "torch.avg_pool2d(x, [2, 2], [2, 2])"));
    return architect.sequential(parts);
}

}  // namespace

Architecture make_densenet121(const ArchitectureForm& form, Seed seed) {
    const bool is_pooled = has_pooled_stem(form), has_norm = has_large_stem(form) || form.tensors == tensors_of_usual_densenet;
    if (has_norm ? form.is_newest_first || form.has_bare_transitions : form.has_stem_pooling)
        throw ArchitectureError(
            std::string("it has ") + (has_norm ? "torchvision's" : "no") +
            " norm behind its first convolution, and such networks have no other form; leave what stands in brackets out");
    Architect architect("DenseNet", seed);
    std::vector<std::pair<std::string, Module>> features;
    int channels = 2 * growth;
    features.emplace_back("conv0", first_convolution(architect, form, channels));
    if (has_norm) {
        features.emplace_back("norm0", architect.batch_norm(channels));
        features.emplace_back("relu0", architect.relu());
    }
    if (is_pooled) features.emplace_back("pool0", stem_pooling(architect));
    const std::vector<int> blocks{6, 12, 24, 16};
    for (std::size_t b = 0; b < blocks.size(); ++b) {
        std::vector<std::pair<std::string, Module>> layers;
        for (int i = 1; i <= blocks[b]; ++i, channels += growth)
            layers.emplace_back("denselayer" + std::to_string(i), dense_layer(architect, channels, form.is_newest_first));
        features.emplace_back("denseblock" + std::to_string(b + 1), architect.sequential(layers));
        if (b + 1 == blocks.size()) break;
        features.emplace_back("transition" + std::to_string(b + 1),
                              transition(architect, channels, channels / 2, !form.has_bare_transitions));
        channels /= 2;
    }
    features.emplace_back("norm5", architect.batch_norm(channels));
    features.emplace_back("relu5", architect.relu());
    const Module all = architect.sequential(features);
    return averaged_and_classified(architect, "DenseNet", all, architect.linear(channels, form.classes));
}

}  // namespace clipscope
