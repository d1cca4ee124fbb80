// A network while it is being drawn: TorchScript code that grows line by line, the modules it calls and the numbers drawn. The same seed
// draws the same network on every machine. Includes LibTorch.
#pragma once

#include <torch/script.h>

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <random>
#include <string>
#include <vector>

#include "network/architectures/architect.h"

namespace clipscope {

// A value of the forward pass: its name in the code, and its shape without the images' dimension.
struct SketchValue {
    std::string name;
    std::vector<std::int64_t> shape;

    std::int64_t elements() const;
};

struct SketchedConvolution {
    std::int64_t out = 1;
    std::int64_t height = 1, width = 1;  // of the kernel
    std::int64_t stride = 1, dilation = 1, groups = 1;
    std::int64_t pad_height = 0, pad_width = 0;
    bool has_bias = true;
};

class NetworkSketch {
public:
    NetworkSketch(std::uint64_t seed, std::vector<std::int64_t> input_shape);

    // Draws. Both ends can come.
    std::int64_t number(std::int64_t least, std::int64_t most);
    bool chance(int percent) { return number(1, 100) <= percent; }
    template <typename T>
    T one_of(std::initializer_list<T> choices) {
        return *(choices.begin() + number(0, std::int64_t(choices.size()) - 1));
    }
    std::int64_t divisor_of(std::int64_t number);

    const SketchValue& input() const { return input_; }
    // A line of code that names the value of an expression.
    SketchValue let(const std::string& expression, std::vector<std::int64_t> shape);
    void write(const std::string& line) { code_ += "    " + line + "\n"; }
    std::string new_name();

    // Modules with parameters of their own. A convolution wants C×H×W; a linear layer takes the last dimension.
    SketchValue convolution(const SketchValue& x, const SketchedConvolution& form);
    SketchValue linear(const SketchValue& x, std::int64_t out, bool has_bias = true);
    SketchValue batch_norm(const SketchValue& x);                              // over dimension 1
    SketchValue layer_norm(const SketchValue& x, std::size_t dimensions = 1);  // over so many of the last
    SketchValue group_norm(const SketchValue& x);
    SketchValue activation(const SketchValue& x);
    // A parameter of the network itself, "self.scale_3".
    std::string parameter(std::vector<std::int64_t> shape, double bound);

    // The module with a forward that returns `output`.
    torch::jit::Module finish(const SketchValue& output);

private:
    at::Tensor random_tensor(std::vector<std::int64_t> shape, double low, double high);
    std::string add(const std::string& name, const torch::jit::Module& module);
    // The weight of a layer with so many inputs, now and then a pruned one.
    at::Tensor random_weight(std::vector<std::int64_t> shape, std::int64_t inputs);
    void register_scale_and_shift(torch::jit::Module& module, const std::vector<std::int64_t>& shape);

    std::mt19937_64 random_;
    Architect architect_;
    torch::jit::Module network_;
    SketchValue input_;
    std::string code_;
    int names_ = 0;
    int parts_ = 0;
};

// "[1, 2]".
std::string list_text(const std::vector<std::int64_t>& numbers);

}  // namespace clipscope
