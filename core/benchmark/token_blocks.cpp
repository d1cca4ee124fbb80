// Blocks of networks that see an image as tokens, and of flat values.
#include "benchmark/network_blocks.h"

namespace clipscope {

namespace {

SketchValue attended(NetworkSketch& sketch, const SketchValue& query, const SketchValue& key, const SketchValue& value) {
    std::string scores = "torch.matmul(" + query.name + ", " + key.name + ".transpose(-2, -1))";
    scores = sketch.chance(50) ? scores + " * 0.5" : scores + " / 1.7";
    const SketchValue weights = sketch.let("torch.softmax(" + scores + ", -1)", {});
    return sketch.let("torch.matmul(" + weights.name + ", " + value.name + ")", query.shape);
}

// With one head, a linear layer for each of query, key and value.
SketchValue single_head(NetworkSketch& sketch, const SketchValue& x) {
    const std::int64_t inner = sketch.number(3, 8);
    const SketchValue query = sketch.linear(x, inner), key = sketch.linear(x, inner, sketch.chance(50));
    const SketchValue value = sketch.linear(x, inner);
    return sketch.linear(attended(sketch, query, key, value), x.shape[1]);
}

// One linear layer for all, its outputs taken apart.
SketchValue several_heads(NetworkSketch& sketch, const SketchValue& x) {
    const std::int64_t tokens = x.shape[0], heads = sketch.number(1, 3), size = sketch.number(2, 4);
    const SketchValue all = sketch.linear(x, 3 * heads * size);
    const std::string places = std::to_string(tokens) + ", 3, " + std::to_string(heads) + ", " + std::to_string(size);
    const SketchValue apart = sketch.let(all.name + ".reshape([" + x.name + ".size(0), " + places + "]).permute([2, 0, 3, 1, 4])", {});
    std::vector<SketchValue> parts;
    for (const char* place : {"[0]", "[1]", "[2]"}) parts.push_back(sketch.let(apart.name + place, {heads, tokens, size}));
    SketchValue y = attended(sketch, parts[0], parts[1], parts[2]);
    const std::string width = std::to_string(heads * size);
    y = sketch.let(y.name + ".transpose(1, 2)" + (sketch.chance(50) ? ".contiguous().view([-1, " : ".reshape([-1, ") +
                       std::to_string(tokens) + ", " + width + "])",
                   {tokens, heads * size});
    return sketch.linear(y, x.shape[1]);
}

// Attention within windows of neighbouring tokens, which stand where images stand (Swin).
SketchValue windowed(NetworkSketch& sketch, const SketchValue& x) {
    const std::int64_t tokens = x.shape[0], window = sketch.divisor_of(tokens), width = x.shape[1];
    SketchValue y = x;
    const bool is_rolled = sketch.chance(50);
    if (is_rolled) y = sketch.let("torch.roll(" + y.name + ", [1], [1])", y.shape);
    const std::string size = std::to_string(window), columns = std::to_string(width);
    y = sketch.let(y.name + ".reshape([-1, " + size + ", " + columns + "])", {window, width});
    y = sketch.chance(60) ? single_head(sketch, y) : several_heads(sketch, y);
    y = sketch.let(y.name + ".view([-1, " + std::to_string(tokens) + ", " + columns + "])", x.shape);
    return is_rolled ? sketch.let("torch.roll(" + y.name + ", [-1], [1])", y.shape) : y;
}

SketchValue perceptron(NetworkSketch& sketch, const SketchValue& x) {
    return sketch.linear(sketch.activation(sketch.linear(x, sketch.number(4, 16))), x.shape[1]);
}

// A linear layer over the tokens (MLP-Mixer).
SketchValue mixed(NetworkSketch& sketch, const SketchValue& x) {
    SketchValue y = sketch.let(x.name + ".transpose(1, 2)", {x.shape[1], x.shape[0]});
    y = sketch.activation(sketch.linear(y, x.shape[0]));
    return sketch.let(y.name + ".transpose(1, 2)", x.shape);
}

// A token of the network's own before the others.
SketchValue with_class_token(NetworkSketch& sketch, const SketchValue& x) {
    const std::string token = sketch.parameter({1, 1, x.shape[1]}, 1);
    const SketchValue spread = sketch.let(token + ".expand([" + x.name + ".size(0), -1, -1])", {1, x.shape[1]});
    return sketch.let("torch.cat([" + spread.name + ", " + x.name + "], 1)", {x.shape[0] + 1, x.shape[1]});
}

}  // namespace

SketchValue draw_token_block(NetworkSketch& sketch, const SketchValue& tokens) {
    const auto beside = [&](const SketchValue& branch) { return sketch.let(tokens.name + " + " + branch.name, tokens.shape); };
    switch (sketch.number(0, 9)) {
        case 0:
            return beside(single_head(sketch, sketch.layer_norm(tokens)));
        case 1:
            return beside(several_heads(sketch, sketch.chance(60) ? sketch.layer_norm(tokens) : tokens));
        case 2:
            return beside(windowed(sketch, sketch.layer_norm(tokens)));
        case 3:
            return beside(perceptron(sketch, sketch.layer_norm(tokens)));
        case 4:
            return sketch.chance(50) ? mixed(sketch, tokens) : beside(mixed(sketch, sketch.layer_norm(tokens)));
        case 5:
            return with_class_token(sketch, tokens);
        case 6:
            return sketch.let(tokens.name + " + " + sketch.parameter({1, tokens.shape[0], tokens.shape[1]}, 0.5), tokens.shape);
        case 7:
            return single_head(sketch, tokens);
        case 8:
            return sketch.layer_norm(sketch.linear(tokens, sketch.number(4, 10)));
        default:
            return sketch.activation(sketch.linear(tokens, sketch.number(4, 12)));
    }
}

SketchValue draw_flat_block(NetworkSketch& sketch, const SketchValue& flat) {
    const std::int64_t width = sketch.number(4, 24);
    switch (sketch.number(0, 5)) {
        case 0:
            return sketch.activation(sketch.batch_norm(sketch.linear(flat, width)));
        case 1: {
            const SketchValue y = sketch.linear(sketch.activation(sketch.linear(flat, width)), flat.shape[0]);
            return sketch.let(flat.name + " + " + y.name, flat.shape);
        }
        case 2: {
            const SketchValue a = sketch.activation(sketch.linear(flat, width)), b = sketch.linear(flat, 4);
            return sketch.let("torch.cat([" + a.name + ", " + b.name + "], -1)", {width + 4});
        }
        case 3:
            return sketch.layer_norm(sketch.activation(sketch.linear(flat, width)));
        case 4:
            return sketch.let("torch.dropout(" + sketch.activation(sketch.linear(flat, width)).name + ", 0.5, self.training)", {width});
        default:
            return sketch.activation(sketch.linear(flat, width, sketch.chance(70)));
    }
}

SketchValue tokens_to_flat(NetworkSketch& sketch, const SketchValue& tokens) {
    const std::int64_t width = tokens.shape[1];
    switch (sketch.number(0, 4)) {
        case 0:
            return sketch.let(tokens.name + "[:, 0]", {width});
        case 1:
            return sketch.let("torch.select(" + tokens.name + ", 1, " + std::to_string(tokens.shape[0] - 1) + ")", {width});
        case 2:
            return tokens.elements() > 200 ? sketch.let("torch.mean(" + tokens.name + ", 1)", {width})
                                           : sketch.let("torch.flatten(" + tokens.name + ", 1)", {tokens.elements()});
        default:
            return sketch.let("torch.mean(" + tokens.name + ", 1)", {width});
    }
}

}  // namespace clipscope
