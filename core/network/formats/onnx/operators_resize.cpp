// Resizing by any of ONNX's rules: along each dimension every output is a weighted sum of a few inputs, whose places and weights are
// constants.
#include <algorithm>
#include <array>
#include <cmath>

#include "network/formats/onnx/onnx_node.h"

namespace clipscope {

namespace {

using torch::jit::Value;

constexpr std::int64_t max_output_size = 1 << 16;

struct Rule {
    std::string mode, coordinates, nearest;
    double cubic = -0.75;
    bool excludes_outside = false;
};

struct Line {
    std::int64_t from = 0, to = 0;
    double scale = 1;
};

double source_of(const Rule& rule, const Line& line, std::int64_t place) {
    const double x = double(place);
    if (rule.coordinates == "asymmetric") return x / line.scale;
    if (rule.coordinates == "align_corners") return line.to == 1 ? 0 : x * double(line.from - 1) / (double(line.from) * line.scale - 1);
    if (rule.coordinates == "pytorch_half_pixel" && line.to == 1) return 0;
    if (rule.coordinates == "tf_half_pixel_for_nn") return (x + 0.5) / line.scale;
    return (x + 0.5) / line.scale - 0.5;
}

std::int64_t nearest_to(const std::string& how, double source) {
    if (how == "floor") return std::int64_t(std::floor(source));
    if (how == "ceil") return std::int64_t(std::ceil(source));
    if (how == "round_prefer_ceil") return std::int64_t(std::floor(source + 0.5));
    return std::int64_t(std::ceil(source - 0.5));
}

// Keys' cubic convolution kernel.
double cubic_weight(double a, double distance) {
    const double x = std::abs(distance);
    if (x <= 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
    return x < 2 ? ((a * x - 5 * a) * x + 8 * a) * x - 4 * a : 0;
}

// Places and weights of the inputs of one output.
void take(const Rule& rule, const Line& line, double source, std::vector<std::pair<std::int64_t, double>>& taps) {
    if (rule.mode == "nearest") {
        taps = {{nearest_to(rule.nearest, source), 1}};
    } else if (rule.mode == "linear") {
        const double low = std::floor(source);
        taps = {{std::int64_t(low), 1 - (source - low)}, {std::int64_t(low) + 1, source - low}};
    } else {
        const double low = std::floor(source);
        taps.clear();
        double sum = 0;
        for (int offset = -1; offset <= 2; ++offset) {
            const auto place = std::int64_t(low) + offset;
            const bool is_outside = place < 0 || place >= line.from;
            taps.emplace_back(place, rule.excludes_outside && is_outside ? 0 : cubic_weight(rule.cubic, source - low - offset));
            sum += taps.back().second;
        }
        if (rule.excludes_outside && sum != 0)
            for (auto& tap : taps) tap.second /= sum;
    }
    for (auto& tap : taps) tap.first = std::clamp<std::int64_t>(tap.first, 0, line.from - 1);
}

Value* resized(OnnxNode& node, Value* x, std::size_t dim, const Rule& rule, const Line& line) {
    const std::size_t tap_count = rule.mode == "nearest" ? 1 : rule.mode == "linear" ? 2 : 4;
    std::vector<at::Tensor> places, weights;
    Integers ones(std::size_t(node.rank(0)), 1);
    ones[dim] = line.to;
    for (std::size_t i = 0; i < tap_count; ++i) {
        places.push_back(at::zeros({line.to}, at::kLong));
        weights.push_back(at::zeros({line.to}, at::kFloat));
    }
    std::vector<std::pair<std::int64_t, double>> taps;
    for (std::int64_t place = 0; place < line.to; ++place) {
        take(rule, line, source_of(rule, line, place), taps);
        for (std::size_t i = 0; i < tap_count; ++i) {
            places[i].data_ptr<std::int64_t>()[place] = taps[i].first;
            weights[i].data_ptr<float>()[place] = float(taps[i].second);
        }
    }
    Value* sum = nullptr;
    for (std::size_t i = 0; i < tap_count; ++i) {
        Value* taken = node.insert("aten::index_select", {x, c10::IValue(std::int64_t(dim)), c10::IValue(places[i])});
        if (tap_count > 1) taken = node.insert("aten::mul", {taken, c10::IValue(weights[i].reshape(ones))});
        sum = sum ? node.insert("aten::add", {sum, taken}) : taken;
    }
    return sum;
}

Rule rule_of(OnnxNode& node) {
    Rule rule;
    const bool is_old = node.opset() < 11;  // as Upsample
    rule.mode = node.text("mode", "nearest");
    if (rule.mode == "bilinear") rule.mode = "linear";
    rule.coordinates = node.text("coordinate_transformation_mode", is_old ? "asymmetric" : "half_pixel");
    rule.nearest = node.text("nearest_mode", is_old ? "floor" : "round_prefer_floor");
    rule.cubic = node.real("cubic_coeff_a", -0.75);
    rule.excludes_outside = node.integer("exclude_outside", 0) != 0;
    constexpr std::array known{"asymmetric", "align_corners", "pytorch_half_pixel", "tf_half_pixel_for_nn", "half_pixel"};
    if (rule.mode != "nearest" && rule.mode != "linear" && rule.mode != "cubic")
        node.fail("its mode \"" + rule.mode.substr(0, 30) + "\" is unknown");
    if (std::ranges::find(known, rule.coordinates) == known.end() || node.integer("antialias", 0) != 0 ||
        node.text("keep_aspect_ratio_policy", "stretch") != "stretch")
        node.fail("ClipScope does not resize by this rule (" + rule.coordinates.substr(0, 30) +
                  "); export the network with asymmetric or half_pixel");
    return rule;
}

// One line for each dimension, of which those that change are resized.
std::vector<Line> lines_of(OnnxNode& node) {
    const std::size_t rank = std::size_t(node.rank(0));
    const bool is_old = node.opset() < 11;
    const std::size_t scales_input = is_old ? 1 : 2, sizes_input = 3;
    Integers axes = node.list("axes");
    if (axes.empty())
        for (std::size_t dim = 0; dim < rank; ++dim) axes.push_back(std::int64_t(dim));
    const bool has_sizes = !is_old && node.has(sizes_input);
    std::vector<double> scales;
    if (!has_sizes && node.has_attribute("scales"))
        for (const float scale : node.attribute("scales")->floats()) scales.push_back(scale);
    else if (!has_sizes) {
        const at::Tensor values = node.constant(scales_input).to(at::kDouble).contiguous();
        scales.assign(values.data_ptr<double>(), values.data_ptr<double>() + values.numel());
    }
    const std::vector<Number> sizes = has_sizes ? node.numbers(sizes_input) : std::vector<Number>{};
    if ((has_sizes ? sizes.size() : scales.size()) != axes.size()) node.fail("it has not a size for each dimension");
    std::vector<Line> lines(rank);
    for (std::size_t i = 0; i < axes.size(); ++i) {
        const std::size_t dim = node.axis(axes[i]);
        const Number& from = node.shape(0)[dim];
        const bool is_kept = has_sizes
                                 ? (sizes[i].kind == from.kind && sizes[i].count == from.count && !(from.kind == Number::Kind::computed)) ||
                                       (dim == 0 && node.graph().any_batch())
                                 : scales[i] == 1;
        if (is_kept) continue;
        const std::int64_t known = node.known_dim(0, dim);
        if (has_sizes && !sizes[i].is_known()) node.fail("how large it makes its input is not known beforehand");
        const std::int64_t to = has_sizes ? sizes[i].count : std::int64_t(std::floor(double(known) * scales[i]));
        if (to < 1 || to > max_output_size || known < 1) node.fail("it makes something of no size, or of one larger than any network's");
        lines[dim] = {known, to, has_sizes ? double(to) / double(known) : scales[i]};
    }
    return lines;
}

void resize(OnnxNode& node) {
    const Rule rule = rule_of(node);
    const std::vector<Line> lines = lines_of(node);
    Value* x = node.value(0);
    Shape shape = node.shape(0);
    for (std::size_t dim = 0; dim < lines.size(); ++dim) {
        if (lines[dim].to == 0) continue;
        node.works_along(0, dim);
        x = resized(node, x, dim, rule, lines[dim]);
        shape[dim] = Number::of(lines[dim].to);
    }
    node.set_shape(shape);
    node.set(x);
}

}  // namespace

void add_resize_operators(OnnxOperators& all) {
    all.insert({{"Resize", resize}, {"Upsample", resize}});
}

}  // namespace clipscope
