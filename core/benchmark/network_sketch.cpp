#include "benchmark/network_sketch.h"

#include <cmath>
#include <functional>
#include <numeric>
#include <utility>

namespace clipscope {

using torch::jit::Module;

std::string list_text(const std::vector<std::int64_t>& numbers) {
    std::string text;
    for (const std::int64_t number : numbers) text += (text.empty() ? "" : ", ") + std::to_string(number);
    return "[" + text + "]";
}

std::int64_t SketchValue::elements() const {
    return std::accumulate(shape.begin(), shape.end(), std::int64_t(1), std::multiplies<>());
}

NetworkSketch::NetworkSketch(std::uint64_t seed, std::vector<std::int64_t> input_shape)
    : random_(seed),
      architect_("RandomNetwork", std::nullopt),
      network_(architect_.container("RandomNetwork")),
      input_{"x", std::move(input_shape)} {}

// The distributions of the standard library differ between libraries; the generator does not.
std::int64_t NetworkSketch::number(std::int64_t least, std::int64_t most) {
    return least + std::int64_t(random_() % std::uint64_t(most - least + 1));
}

std::int64_t NetworkSketch::divisor_of(std::int64_t number) {
    std::vector<std::int64_t> divisors;
    for (std::int64_t divisor = 1; divisor <= number; ++divisor)
        if (number % divisor == 0) divisors.push_back(divisor);
    return divisors[std::size_t(this->number(0, std::int64_t(divisors.size()) - 1))];
}

std::string NetworkSketch::new_name() {
    std::string name = "v";
    name += std::to_string(++names_);
    return name;
}

SketchValue NetworkSketch::let(const std::string& expression, std::vector<std::int64_t> shape) {
    SketchValue value{new_name(), std::move(shape)};
    write(value.name + " = " + expression);
    return value;
}

SketchValue NetworkSketch::convolution(const SketchValue& x, const SketchedConvolution& form) {
    const std::int64_t in = x.shape[0] / form.groups;
    Module module = architect_.container("Conv2d");
    module.register_parameter("weight", random_weight({form.out, in, form.height, form.width}, in * form.height * form.width), false);
    if (form.has_bias) module.register_parameter("bias", random_tensor({form.out}, -0.3, 0.3), false);
    module.define("def forward(self, x):\n    return torch.conv2d(x, self.weight, " + std::string(form.has_bias ? "self.bias" : "None") +
                  ", " + list_text({form.stride, form.stride}) + ", " + list_text({form.pad_height, form.pad_width}) + ", " +
                  list_text({form.dilation, form.dilation}) + ", " + std::to_string(form.groups) + ")\n");
    const auto size = [&](std::int64_t length, std::int64_t kernel, std::int64_t padding) {
        return (length + 2 * padding - form.dilation * (kernel - 1) - 1) / form.stride + 1;
    };
    return let(add("conv", module) + ".forward(" + x.name + ")",
               {form.out, size(x.shape[1], form.height, form.pad_height), size(x.shape[2], form.width, form.pad_width)});
}

SketchValue NetworkSketch::linear(const SketchValue& x, std::int64_t out, bool has_bias) {
    const std::int64_t in = x.shape.back();
    Module module = architect_.container("Linear");
    module.register_parameter("weight", random_weight({out, in}, in), false);
    if (has_bias) module.register_parameter("bias", random_tensor({out}, -0.3, 0.3), false);
    module.define("def forward(self, x):\n    return torch.linear(x, self.weight, " + std::string(has_bias ? "self.bias" : "None") + ")\n");
    std::vector<std::int64_t> shape = x.shape;
    shape.back() = out;
    return let(add("fc", module) + ".forward(" + x.name + ")", std::move(shape));
}

SketchValue NetworkSketch::batch_norm(const SketchValue& x) {
    Module module = architect_.container("BatchNorm");
    register_scale_and_shift(module, {x.shape[0]});
    module.register_buffer("running_mean", random_tensor({x.shape[0]}, -0.3, 0.3));
    module.register_buffer("running_var", random_tensor({x.shape[0]}, 0.5, 2));
    module.define(
        "def forward(self, x):\n"
        "    return torch.batch_norm(x, self.weight, self.bias, self.running_mean, self.running_var, self.training, 0.1, 1e-05, True)\n");
    return let(add("bn", module) + ".forward(" + x.name + ")", x.shape);
}

SketchValue NetworkSketch::layer_norm(const SketchValue& x, std::size_t dimensions) {
    const std::vector<std::int64_t> shape(x.shape.end() - std::ptrdiff_t(dimensions), x.shape.end());
    if (chance(15)) return let("torch.layer_norm(" + x.name + ", " + list_text(shape) + ", None, None, 1e-05)", x.shape);
    Module module = architect_.container("LayerNorm");
    register_scale_and_shift(module, shape);
    module.define("def forward(self, x):\n    return torch.layer_norm(x, " + list_text(shape) + ", self.weight, self.bias, 1e-05)\n");
    return let(add("ln", module) + ".forward(" + x.name + ")", x.shape);
}

SketchValue NetworkSketch::group_norm(const SketchValue& x) {
    Module module = architect_.container("GroupNorm");
    register_scale_and_shift(module, {x.shape[0]});
    module.define("def forward(self, x):\n    return torch.group_norm(x, " + std::to_string(divisor_of(x.shape[0])) +
                  ", self.weight, self.bias, 1e-05)\n");
    return let(add("gn", module) + ".forward(" + x.name + ")", x.shape);
}

SketchValue NetworkSketch::activation(const SketchValue& x) {
    const auto of = [&](const std::string& name, const std::string& rest = {}) {
        return let("torch." + name + "(" + x.name + rest + ")", x.shape);
    };
    switch (number(0, 13)) {
        case 0:
            return of("leaky_relu", ", 0.1");
        case 1:
            return of("gelu");
        case 2:
            return of("sigmoid");
        case 3:
            return of("hardswish");
        case 4:
            return of("clamp", ", 0., 6.");
        case 5:
            return of("relu6");
        case 6:
            return of("silu");
        case 7:
            return of("hardtanh", ", 0., 6.");
        case 8:
            return of("tanh");
        case 9:
            return let("torch.prelu(" + x.name + ", " + parameter({1}, 0.4) + ")", x.shape);
        default:
            return of("relu");
    }
}

std::string NetworkSketch::parameter(std::vector<std::int64_t> shape, double bound) {
    const std::string name = "scale_" + std::to_string(++parts_);
    network_.register_parameter(name, random_tensor(std::move(shape), -bound, bound), false);
    return "self." + name;
}

Module NetworkSketch::finish(const SketchValue& output) {
    network_.define("def forward(self, x):\n" + code_ + "    return " + output.name + "\n");
    network_.eval();
    return network_;
}

at::Tensor NetworkSketch::random_tensor(std::vector<std::int64_t> shape, double low, double high) {
    at::Tensor tensor = at::empty(shape);
    auto* values = tensor.data_ptr<float>();
    for (std::int64_t i = 0; i < tensor.numel(); ++i) values[i] = float(low + (high - low) * double(random_() >> 11) * 0x1p-53);
    return tensor;
}

at::Tensor NetworkSketch::random_weight(std::vector<std::int64_t> shape, std::int64_t inputs) {
    const double bound = std::sqrt(4.5 / double(inputs));
    at::Tensor weight = random_tensor(std::move(shape), -bound, bound);
    if (!chance(8)) return weight;
    auto* values = weight.data_ptr<float>();
    for (std::int64_t i = 0; i < weight.numel(); ++i)
        if (chance(40)) values[i] = 0;
    return weight;
}

void NetworkSketch::register_scale_and_shift(Module& module, const std::vector<std::int64_t>& shape) {
    at::Tensor weight = random_tensor(shape, 0.3, 1.5);
    auto* values = weight.data_ptr<float>();
    for (std::int64_t i = 0; i < weight.numel(); ++i)
        if (chance(15)) values[i] = -values[i];
    module.register_parameter("weight", weight, false);
    module.register_parameter("bias", random_tensor(shape, -0.3, 0.3), false);
}

std::string NetworkSketch::add(const std::string& name, const Module& module) {
    const std::string own = name + "_" + std::to_string(++parts_);
    network_.register_module(own, module);
    return "self." + own;
}

}  // namespace clipscope
