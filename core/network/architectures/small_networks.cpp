#include "network/architectures/small_networks.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "network/architectures/architect.h"

namespace clipscope {

namespace {

using torch::jit::Module;
using Seed = std::optional<std::uint64_t>;
using Shapes = std::vector<std::vector<std::int64_t>>;

// A network whose parts run one after the other, each with a name of its own.
class Chain {
public:
    Chain(const Architect& architect, const std::string& type) : network_(architect.container(type)) {}

    void add(const std::string& name, const Module& part) {
        network_.register_module(name, part);
        code_ += "    x = self." + name + ".forward(x)\n";
    }
    void add_step(const std::string& expression) { code_ += "    x = " + expression + "\n"; }

    Module finished() {
        network_.define("def forward(self, x):\n" + code_ + "    return x\n");
        return network_;
    }

private:
    Module network_;
    std::string code_;
};

Module activation(const Architect& architect, const ArchitectureForm& form) {
    if (form.activation == "tanh") return architect.stateless("Tanh", "torch.tanh(x)");
    if (form.activation == "sigmoid") return architect.stateless("Sigmoid", "torch.sigmoid(x)");
    return architect.relu();
}

Module pooling(const Architect& architect, const ArchitectureForm& form) {
    return form.has_average_pooling ? architect.stateless("AvgPool2d", "torch.avg_pool2d(x, [2, 2], [2, 2])") : architect.max_pool();
}

bool is_chain_of_linears(const Shapes& shapes, std::size_t first, std::int64_t inputs) {
    if (first >= shapes.size()) return false;
    for (std::size_t i = first; i < shapes.size(); ++i) {
        if (shapes[i].size() != 2 || shapes[i][0] < 1 || shapes[i][1] != inputs) return false;
        inputs = shapes[i][0];
    }
    return true;
}

// The shapes of a LeNet's weights, those of LeNet-5 where the file's are not.
struct LenetShapes {
    Shapes convolutions;
    Shapes linears;
    std::int64_t last_side = 5;  // pixels of the last pooling
};

std::optional<LenetShapes> lenet_shapes(const Shapes& shapes) {
    LenetShapes found;
    std::size_t count = 0;
    while (count < shapes.size() && shapes[count].size() == 4) ++count;
    if (count < 2 || count > 3) return std::nullopt;
    for (std::size_t i = 0; i < count; ++i) {
        const auto& shape = shapes[i];
        if (shape[2] != 5 || shape[3] != 5 || shape[0] < 1 || shape[1] < 1 || (i > 0 && shape[1] != shapes[i - 1][0])) return std::nullopt;
        found.convolutions.push_back(shape);
    }
    const std::int64_t channels = shapes[count - 1][0];
    if (count == 2 && count < shapes.size() && shapes[count].size() == 2 && shapes[count][1] == 16 * channels) found.last_side = 4;
    const std::int64_t inputs = count == 3 ? channels : channels * found.last_side * found.last_side;
    if (!is_chain_of_linears(shapes, count, inputs)) return std::nullopt;
    found.linears.assign(shapes.begin() + std::ptrdiff_t(count), shapes.end());
    return found;
}

}  // namespace

Architecture make_lenet5(const ArchitectureForm& form, Seed seed) {
    const Shapes usual{{6, form.channels, 5, 5}, {16, 6, 5, 5}, {120, 400}, {84, 120}, {form.classes, 84}};
    const auto found = lenet_shapes(form.shapes);
    // With 4×4 pixels at the end the images have 28×28 in any case, and that is no form of its own.
    const bool is_usual = !found || (found->last_side == 4 && form.size == 28);
    const LenetShapes shapes = is_usual ? *lenet_shapes(usual) : *found;
    const int size = shapes.last_side == 4 ? 28 : form.size == 28 ? 28 : 32;
    const int padding = shapes.last_side == 5 && size == 28 ? 2 : 0;
    Architect architect("LeNet5", seed);
    Chain chain(architect, "LeNet5");
    int layers = 0, activations = 0;
    const auto activate = [&] {
        chain.add((form.activation == "relu" ? "relu" : "act") + std::to_string(++activations), activation(architect, form));
    };
    for (const auto& shape : shapes.convolutions) {
        const std::string number = std::to_string(++layers);
        chain.add("conv" + number, architect.convolution(shape[1], shape[0], 5, 1, layers == 1 ? padding : 0));
        activate();
        if (layers <= 2) chain.add("pool" + number, pooling(architect, form));
    }
    chain.add_step("torch.flatten(x, 1)");
    for (std::size_t i = 0; i < shapes.linears.size(); ++i) {
        chain.add("fc" + std::to_string(i + 1), architect.linear(shapes.linears[i][1], shapes.linears[i][0]));
        if (i + 1 < shapes.linears.size()) activate();
    }
    return {chain.finished(), ImageShape{int(shapes.convolutions[0][1]), size, size}};
}

namespace {

// The square images, grey or else coloured, that have so many values.
ImageShape image_of(std::int64_t values) {
    for (const int channels : {1, 3}) {
        const auto side = std::int64_t(std::llround(std::sqrt(double(values) / channels)));
        if (side > 0 && side <= 65'536 && side * side * channels == values) return {channels, int(side), int(side)};
    }
    return {1, 1, int(std::min<std::int64_t>(values, 65'536))};
}

}  // namespace

Architecture make_mlp(const ArchitectureForm& form, Seed seed) {
    Shapes shapes = form.shapes;
    if (shapes.empty() || shapes[0].size() != 2 || !is_chain_of_linears(shapes, 0, shapes[0][1]) || shapes[0][1] < 1)
        shapes = {{512, std::int64_t(form.channels) * 32 * 32}, {form.classes, 512}};
    Architect architect("MLP", seed);
    Chain chain(architect, "MLP");
    chain.add_step("torch.flatten(x, 1)");
    for (std::size_t i = 0; i < shapes.size(); ++i) {
        const std::string number = std::to_string(i + 1);
        chain.add("fc" + number, architect.linear(shapes[i][1], shapes[i][0]));
        if (i + 1 < shapes.size() && form.activation != "none")
            chain.add((form.activation == "relu" ? "relu" : "act") + number, activation(architect, form));
    }
    return {chain.finished(), image_of(shapes[0][1])};
}

Architecture make_mnist_example(const ArchitectureForm& form, Seed seed) {
    Architect architect("MnistExample", seed);
    Chain chain(architect, "Net");
    chain.add("conv1", architect.convolution(form.channels, 32, 3, 1, 0));
    chain.add("relu1", architect.relu());
    chain.add("conv2", architect.convolution(32, 64, 3, 1, 0));
    chain.add("relu2", architect.relu());
    chain.add("pool", architect.max_pool());
    chain.add("dropout1", architect.stateless("Dropout", "torch.feature_dropout(x, 0.25, self.training)"));
    chain.add_step("torch.flatten(x, 1)");
    chain.add("fc1", architect.linear(9216, 128));
    chain.add("relu3", architect.relu());
    chain.add("dropout2", architect.dropout());
    chain.add("fc2", architect.linear(128, form.classes));
    chain.add_step("torch.log_softmax(x, 1)");
    return {chain.finished(), ImageShape{form.channels, 28, 28}};
}

}  // namespace clipscope
