// Blocks of convolutional networks.
#include <algorithm>

#include "benchmark/network_blocks.h"

namespace clipscope {

namespace {

using Shape = std::vector<std::int64_t>;

SketchValue norm(NetworkSketch& sketch, const SketchValue& x) {
    switch (sketch.number(0, 7)) {
        case 0:
            return sketch.group_norm(x);
        case 1:
            return sketch.layer_norm(x, 3);
        default:
            return sketch.batch_norm(x);
    }
}

SketchValue maybe_norm_and_activation(NetworkSketch& sketch, SketchValue x) {
    const int order = int(sketch.number(0, 5));
    if (order <= 2) x = norm(sketch, x);
    if (order != 2 && order != 5) x = sketch.activation(x);
    if (order == 5) x = norm(sketch, sketch.activation(x));
    return x;
}

// One that keeps height and width.
SketchValue same_convolution(NetworkSketch& sketch, const SketchValue& x, std::int64_t out, std::int64_t groups = 1) {
    SketchedConvolution form;
    form.out = out;
    form.height = form.width = sketch.one_of<std::int64_t>({1, 3, 3, 5});
    form.dilation = form.height > 1 && sketch.chance(15) ? 2 : 1;
    form.pad_height = form.pad_width = form.dilation * (form.height / 2);
    form.groups = groups;
    form.has_bias = sketch.chance(60);
    return sketch.convolution(x, form);
}

SketchValue pointwise(NetworkSketch& sketch, const SketchValue& x, std::int64_t out) {
    SketchedConvolution form;
    form.out = out;
    form.has_bias = sketch.chance(60);
    return sketch.convolution(x, form);
}

std::int64_t few_channels(NetworkSketch& sketch) {
    return sketch.one_of<std::int64_t>({3, 4, 5, 6, 8, 8, 12});
}

SketchValue plain_convolution(NetworkSketch& sketch, const SketchValue& x) {
    const std::int64_t channels = x.shape[0];
    SketchedConvolution form;
    form.height = std::min(sketch.one_of<std::int64_t>({1, 3, 3, 3, 5}), x.shape[1]);
    form.width = sketch.chance(85) ? std::min(form.height, x.shape[2]) : 1;
    form.pad_height = sketch.number(0, form.height / 2);
    form.pad_width = sketch.number(0, form.width / 2);
    const bool has_room = x.shape[1] + 2 * form.pad_height > 2 * form.height && x.shape[2] + 2 * form.pad_width > 2 * form.width;
    form.dilation = has_room && sketch.chance(15) ? 2 : 1;
    form.stride = std::min(x.shape[1], x.shape[2]) >= 6 && sketch.chance(35) ? 2 : 1;
    form.has_bias = sketch.chance(65);
    form.out = few_channels(sketch);
    if (sketch.chance(15)) {  // depthwise
        form.groups = channels;
        form.out = channels * sketch.number(1, 2);
    } else if (sketch.chance(20)) {
        form.groups = sketch.divisor_of(channels);
        form.out = form.groups * sketch.number(1, 3);
    }
    return maybe_norm_and_activation(sketch, sketch.convolution(x, form));
}

SketchValue pooled(NetworkSketch& sketch, const SketchValue& x) {
    const std::int64_t smallest = std::min(x.shape[1], x.shape[2]);
    if (smallest < 3) return sketch.activation(x);
    if (sketch.chance(25)) {
        const Shape shape{x.shape[0], sketch.number(2, std::min<std::int64_t>(4, x.shape[1])),
                          sketch.number(2, std::min<std::int64_t>(4, x.shape[2]))};
        const std::string size = list_text({shape[1], shape[2]});
        return sketch.chance(70) ? sketch.let("torch.adaptive_avg_pool2d(" + x.name + ", " + size + ")", shape)
                                 : sketch.let("torch.adaptive_max_pool2d(" + x.name + ", " + size + ")[0]", shape);
    }
    const std::int64_t kernel = sketch.number(2, 3), stride = sketch.number(1, 2), padding = kernel == 3 ? sketch.number(0, 1) : 0;
    const auto size = [&](std::int64_t length) { return (length + 2 * padding - kernel) / stride + 1; };
    const std::string forms = list_text({kernel, kernel}) + ", " + list_text({stride, stride}) + ", " + list_text({padding, padding});
    const Shape shape{x.shape[0], size(x.shape[1]), size(x.shape[2])};
    if (sketch.chance(60)) return sketch.let("torch.max_pool2d(" + x.name + ", " + forms + ")", shape);
    return sketch.let("torch.avg_pool2d(" + x.name + ", " + forms + ", False, " + (sketch.chance(50) ? "True" : "False") + ")", shape);
}

// Channels weighed by what all positions say (squeeze and excitation).
SketchValue excited(NetworkSketch& sketch, const SketchValue& x) {
    const std::int64_t channels = x.shape[0], inner = sketch.number(1, 4);
    const std::string gate = sketch.one_of<const char*>({"sigmoid", "hardsigmoid"});
    if (sketch.chance(50)) {
        SketchValue s = sketch.let("torch.adaptive_avg_pool2d(" + x.name + ", [1, 1])", {channels, 1, 1});
        s = pointwise(sketch, sketch.let("torch.relu(" + pointwise(sketch, s, inner).name + ")", {inner, 1, 1}), channels);
        return sketch.let(x.name + " * torch." + gate + "(" + s.name + ")", x.shape);
    }
    SketchValue s = sketch.let("torch.mean(" + x.name + ", [2, 3])", {channels});
    s = sketch.linear(sketch.let("torch.relu(" + sketch.linear(s, inner).name + ")", {inner}), channels);
    const std::string spread = sketch.chance(50) ? ".unsqueeze(2).unsqueeze(3)" : ".view([-1, " + std::to_string(channels) + ", 1, 1])";
    return sketch.let("torch.mul(torch." + gate + "(" + s.name + ")" + spread + ", " + x.name + ")", x.shape);
}

// In place where nobody else sees the branch: the loader refuses it for views.
SketchValue joined(NetworkSketch& sketch, const SketchValue& shortcut, const SketchValue& branch, bool is_view) {
    switch (sketch.number(is_view ? 2 : 0, 4)) {
        case 0:
        case 1:
            return sketch.let(branch.name + ".add_(" + shortcut.name + ")", branch.shape);
        case 2:
            return sketch.let("torch.add(" + branch.name + ", " + shortcut.name + ", alpha=0.5)", branch.shape);
        case 3:
            return sketch.let(branch.name + " + " + shortcut.name, branch.shape);
        default:
            return sketch.let(shortcut.name + " + " + branch.name, branch.shape);
    }
}

SketchValue residual(NetworkSketch& sketch, const SketchValue& x) {
    const std::int64_t channels = x.shape[0];
    SketchValue y = x;
    bool is_view = false;
    switch (sketch.number(0, 2)) {
        case 0:  // two convolutions
            y = maybe_norm_and_activation(sketch, same_convolution(sketch, y, channels));
            y = norm(sketch, same_convolution(sketch, y, channels));
            break;
        case 1: {  // wide inside, depthwise
            const std::int64_t wide = channels * 2;
            y = sketch.activation(norm(sketch, pointwise(sketch, y, wide)));
            y = sketch.activation(norm(sketch, same_convolution(sketch, y, wide, wide)));
            if (sketch.chance(50)) y = excited(sketch, y);
            y = pointwise(sketch, y, channels);
            break;
        }
        default: {  // depthwise, then linear layers on the channels (ConvNeXt)
            y = same_convolution(sketch, y, channels, channels);
            y = sketch.let(y.name + ".permute([0, 2, 3, 1])", {x.shape[1], x.shape[2], channels});
            y = sketch.activation(sketch.linear(sketch.layer_norm(y), channels * 2));
            y = sketch.linear(y, channels);
            y = sketch.let(y.name + ".permute([0, 3, 1, 2])", x.shape);
            is_view = true;
            if (sketch.chance(50)) y = sketch.let(sketch.parameter({channels, 1, 1}, 1) + " * " + y.name, x.shape);
        }
    }
    y = joined(sketch, x, y, is_view);
    return sketch.chance(60) ? sketch.activation(y) : y;
}

SketchValue branched(NetworkSketch& sketch, const SketchValue& x) {
    const std::int64_t channels = x.shape[0], height = x.shape[1], width = x.shape[2];
    if (channels % 2 != 0 || sketch.chance(40)) {  // beside each other
        SketchValue a = sketch.activation(same_convolution(sketch, x, few_channels(sketch)));
        SketchValue b = sketch.chance(50) ? x : maybe_norm_and_activation(sketch, pointwise(sketch, x, 3));
        return sketch.let("torch.cat([" + a.name + ", " + b.name + "], 1)", {a.shape[0] + b.shape[0], height, width});
    }
    const std::int64_t half = channels / 2;
    SketchValue a{sketch.new_name(), {half, height, width}}, b{sketch.new_name(), {half, height, width}};
    if (sketch.chance(50)) {
        sketch.write(a.name + ", " + b.name + " = torch.chunk(" + x.name + ", 2, 1)");
    } else {
        sketch.write(a.name + ", " + b.name + " = torch.split(" + x.name + ", " + std::to_string(half) + ", 1)");
    }
    if (sketch.chance(25)) return sketch.let(a.name + " * torch.sigmoid(" + b.name + ")", a.shape);
    a = maybe_norm_and_activation(sketch, same_convolution(sketch, a, half));
    SketchValue y = sketch.let("torch.cat((" + b.name + ", " + a.name + "), dim=1)", x.shape);
    if (sketch.chance(50)) return y;
    // Shuffled channels.
    const std::string sizes = std::to_string(height) + ", " + std::to_string(width) + "]";
    y = sketch.let(y.name + ".view([-1, 2, " + std::to_string(half) + ", " + sizes + ")", {2, half, height, width});
    y = sketch.let("torch.transpose(" + y.name + ", 1, 2)", {half, 2, height, width});
    const std::string flatten = sketch.chance(50) ? ".contiguous().view([-1, " : ".reshape([-1, ";
    return sketch.let(y.name + flatten + std::to_string(channels) + ", " + sizes + ")", x.shape);
}

// The same numbers seen otherwise.
SketchValue reviewed(NetworkSketch& sketch, const SketchValue& x) {
    const std::int64_t channels = x.shape[0], height = x.shape[1], width = x.shape[2];
    switch (sketch.number(0, 8)) {
        case 0:
            return sketch.let(x.name + ".transpose(2, 3)", {channels, width, height});
        case 1:
            return sketch.let(x.name + ".contiguous(memory_format=2)", x.shape);
        case 2:
            return sketch.let("torch.constant_pad_nd(" + x.name + ", [1, 0, 0, 1])", {channels, height + 1, width + 1});
        case 3:
            return height < 4 ? x
                              : sketch.let("torch.narrow(" + x.name + ", 2, 1, " + std::to_string(height - 2) + ")",
                                           {channels, height - 2, width});
        case 4:
            return sketch.let(x.name + "[:, :, ::2, ::2]", {channels, (height + 1) / 2, (width + 1) / 2});
        case 5:
            return sketch.let("torch.flip(" + x.name + ", [3])", x.shape);
        case 6:
            return sketch.let(x.name + " - torch.mean(" + x.name + ", [2, 3], True)", x.shape);
        case 7:
            return sketch.let(x.name + ".permute([0, 2, 1, 3])", {height, channels, width});
        default: {
            const SketchValue channels_last = sketch.let(x.name + ".permute([0, 2, 3, 1])", {height, width, channels});
            SketchValue y =
                sketch.chance(50) ? sketch.layer_norm(channels_last) : sketch.activation(sketch.linear(channels_last, channels));
            if (sketch.chance(30)) y = sketch.let(y.name + ".contiguous()", y.shape);
            return sketch.let(y.name + ".permute([0, 3, 1, 2])", x.shape);
        }
    }
}

}  // namespace

SketchValue draw_map_block(NetworkSketch& sketch, const SketchValue& maps) {
    switch (sketch.number(0, 11)) {
        case 0:
        case 1:
            return residual(sketch, maps);
        case 2:
        case 3:
            return branched(sketch, maps);
        case 4:
            return excited(sketch, maps);
        case 5:
            return pooled(sketch, maps);
        case 6:
        case 7:
            return reviewed(sketch, maps);
        default:
            return plain_convolution(sketch, maps);
    }
}

SketchValue maps_to_flat(NetworkSketch& sketch, const SketchValue& maps) {
    const std::int64_t channels = maps.shape[0];
    if (maps.elements() > 200 || sketch.chance(40)) {
        switch (sketch.number(0, 3)) {
            case 0:
                return sketch.let("torch.flatten(torch.adaptive_avg_pool2d(" + maps.name + ", [1, 1]), 1)", {channels});
            case 1:
                return sketch.let("torch.mean(" + maps.name + ", [2, 3])", {channels});
            case 2:
                return sketch.let("torch.amax(" + maps.name + ", [2, 3])", {channels});
            default:
                return sketch.let("torch.mean(" + maps.name + ".flatten(2), 2)", {channels});
        }
    }
    switch (sketch.number(0, 2)) {
        case 0:
            return sketch.let("torch.flatten(" + maps.name + ", 1)", {maps.elements()});
        case 1:
            return sketch.let(maps.name + ".reshape([" + maps.name + ".size(0), -1])", {maps.elements()});
        default:
            return sketch.let(maps.name + ".reshape([-1, " + std::to_string(maps.elements()) + "])", {maps.elements()});
    }
}

SketchValue maps_to_tokens(NetworkSketch& sketch, const SketchValue& maps) {
    SketchValue x = maps;
    if (x.shape[1] * x.shape[2] > 40) x = sketch.let("torch.adaptive_avg_pool2d(" + x.name + ", [4, 3])", {x.shape[0], 4, 3});
    const std::int64_t channels = x.shape[0], positions = x.shape[1] * x.shape[2];
    switch (sketch.number(0, 4)) {
        case 0:
            return sketch.let(x.name + ".permute([0, 2, 3, 1]).reshape([" + x.name + ".size(0), -1, " + std::to_string(channels) + "])",
                              {positions, channels});
        case 1:
            return sketch.let("torch.flatten(" + x.name + ".permute([0, 2, 3, 1]), 1, 2)", {positions, channels});
        case 2:
            return sketch.let("torch.flatten(" + x.name + ", 2)", {channels, positions});
        default:
            return sketch.let("torch.flatten(" + x.name + ", 2).transpose(1, 2)", {positions, channels});
    }
}

SketchValue tokens_to_maps(NetworkSketch& sketch, const SketchValue& tokens) {
    const std::int64_t height = sketch.divisor_of(tokens.shape[0]), width = tokens.shape[0] / height, channels = tokens.shape[1];
    return sketch.let("torch.transpose(" + tokens.name + ", 1, 2).reshape([-1, " + std::to_string(channels) + ", " +
                          std::to_string(height) + ", " + std::to_string(width) + "])",
                      {channels, height, width});
}

}  // namespace clipscope
