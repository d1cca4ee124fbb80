#include "evaluation/fault_update.h"

#include <algorithm>

namespace clipscope {

namespace {

bool read_pair(const c10::IValue& value, std::int64_t (&pair)[2]) {
    if (!value.isIntList()) return false;
    const auto list = value.toIntVector();
    if (list.size() != 1 && list.size() != 2) return false;
    pair[0] = list.front();
    pair[1] = list.back();
    return true;
}

// The part of one dimension's outputs that see an input through this tap of the kernel.
struct Reach {
    std::int64_t first_output = 0, last_output = 0;  // [first, last)
    std::int64_t first_input = 0;

    Reach(std::int64_t outputs, std::int64_t inputs, std::int64_t tap, std::int64_t stride, std::int64_t padding, std::int64_t dilation) {
        const std::int64_t offset = tap * dilation - padding;  // input = output * stride + offset
        first_output = offset >= 0 ? 0 : (-offset + stride - 1) / stride;
        last_output = inputs - 1 - offset < 0 ? 0 : std::min(outputs, (inputs - 1 - offset) / stride + 1);
        last_output = std::max(first_output, last_output);
        first_input = first_output * stride + offset;
    }
    std::int64_t count() const { return last_output - first_output; }
};

struct Planes {
    float* data = nullptr;
    std::int64_t image = 0, channel = 0;  // strides
    std::int64_t height = 1, width = 1;

    explicit Planes(const at::Tensor& values)
        : data(values.data_ptr<float>()),
          image(values.stride(0)),
          channel(values.stride(1)),
          height(values.dim() > 2 ? values.size(2) : 1),
          width(values.dim() > 2 ? values.size(3) : 1) {}
};

void add_plane(float delta, const float* in, const Planes& input, const Reach& y, const Reach& x, const LayerGeometry& geometry, float* out,
               const Planes& output) {
    for (std::int64_t row = 0; row < y.count(); ++row) {
        const float* from = in + (y.first_input + row * geometry.stride[0]) * input.width + x.first_input;
        float* to = out + (y.first_output + row) * output.width + x.first_output;
        for (std::int64_t i = 0; i < x.count(); ++i) to[i] += delta * from[i * geometry.stride[1]];
    }
}

}  // namespace

std::optional<LayerGeometry> find_geometry(const Program& program, const Step& step) {
    LayerGeometry geometry;
    if (step.name == "aten::linear") return geometry;
    const at::Tensor& weight = program.constant(step.inputs[1]).toTensor();
    geometry.is_convolution = true;
    if (weight.dim() != 4 || !read_pair(program.constant(step.inputs[3]), geometry.stride) ||
        !read_pair(program.constant(step.inputs[4]), geometry.padding) || !read_pair(program.constant(step.inputs[5]), geometry.dilation))
        return std::nullopt;
    return geometry;
}

std::uint64_t add_fault_update(const LayerGeometry& geometry, const FaultyParameter* weight, const FaultyParameter* bias,
                               const at::Tensor& input, const std::vector<std::int64_t>& rows, at::Tensor& output) {
    const Planes from(input), to(output);
    const std::int64_t images = output.size(0);
    const auto place_of = [&](std::int64_t row) {
        return rows.empty() ? row : std::int64_t(std::lower_bound(rows.begin(), rows.end(), row) - rows.begin());
    };
    std::uint64_t multiplications = 0;
    if (weight) {
        const std::int64_t taps_x = geometry.is_convolution ? weight->values.size(3) : 1;
        const std::int64_t taps = geometry.is_convolution ? weight->values.size(2) * taps_x : 1;
        const std::int64_t channels = weight->values.size(1);
        for (const FaultyElement& fault : weight->elements) {
            const std::int64_t tap = fault.element % taps, channel = fault.element / taps % channels;
            const std::int64_t row = fault.element / (taps * channels);
            const Reach y(to.height, from.height, tap / taps_x, geometry.stride[0], geometry.padding[0], geometry.dilation[0]);
            const Reach x(to.width, from.width, tap % taps_x, geometry.stride[1], geometry.padding[1], geometry.dilation[1]);
            for (std::int64_t image = 0; image < images; ++image)
                add_plane(fault.change, from.data + image * from.image + channel * from.channel, from, y, x, geometry,
                          to.data + image * to.image + place_of(row) * to.channel, to);
            multiplications += std::uint64_t(images * y.count() * x.count());
        }
    }
    if (bias)
        for (const FaultyElement& fault : bias->elements)
            for (std::int64_t image = 0; image < images; ++image) {
                float* plane = to.data + image * to.image + place_of(fault.element) * to.channel;
                std::for_each(plane, plane + to.height * to.width, [&](float& value) { value += fault.change; });
            }
    return multiplications;
}

}  // namespace clipscope
