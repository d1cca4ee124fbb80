#include "benchmark/random_networks.h"

#include <algorithm>

#include "benchmark/network_blocks.h"
#include "network/model_file.h"

namespace clipscope {

namespace {

// What a network and its images have in common.
struct Outline {
    ImageShape images;
    int classes = 2;
    int count = 24;  // images
};

// A seed for one purpose of those that a network's seed has (splitmix64).
std::uint64_t seed_for(std::uint64_t seed, std::uint64_t purpose) {
    std::uint64_t z = seed + purpose * 0x9e3779b97f4a7c15U;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31);
}

Outline outline_of(std::uint64_t seed) {
    std::mt19937_64 random(seed_for(seed, 1));
    const auto number = [&](int least, int most) { return least + int(random() % std::uint64_t(most - least + 1)); };
    Outline outline;
    outline.images.channels = number(0, 1) == 0 ? 1 : 3;
    outline.images.height = number(6, 13);
    outline.images.width = number(0, 2) == 0 ? outline.images.height : number(6, 13);
    outline.classes = number(2, 12);
    outline.count = number(24, 60);
    return outline;
}

class Drawing {
public:
    Drawing(const RandomNetworkForm& form, const Outline& outline)
        : sketch_(seed_for(form.seed, 2), {outline.images.channels, outline.images.height, outline.images.width}),
          outline_(outline),
          blocks_left_(form.most_blocks > 0 ? form.most_blocks : 1000) {}

    torch::jit::Module draw() {
        SketchValue x = sketch_.input();
        const std::int64_t kind = sketch_.number(0, 9);
        if (kind == 0) return head(maps_to_flat(sketch_, x));
        if (kind == 1) {
            x = maps_to_tokens(sketch_, x);
        } else {
            x = blocks(draw_map_block, x, sketch_.number(1, 5));
            if (kind >= 6) return head(maps_to_flat(sketch_, x));
            x = maps_to_tokens(sketch_, x);
        }
        x = blocks(draw_token_block, x, sketch_.number(1, 4));
        if (sketch_.chance(20)) {
            x = blocks(draw_map_block, tokens_to_maps(sketch_, x), sketch_.number(1, 2));
            return head(maps_to_flat(sketch_, x));
        }
        return head(tokens_to_flat(sketch_, x));
    }

private:
    template <typename Draw>
    SketchValue blocks(const Draw& draw, SketchValue x, std::int64_t count) {
        for (; count > 0 && blocks_left_ > 0; --count, --blocks_left_) x = draw(sketch_, x);
        return x;
    }

    torch::jit::Module head(SketchValue x) {
        x = blocks(draw_flat_block, x, sketch_.number(0, 2));
        return sketch_.finish(sketch_.linear(x, outline_.classes, sketch_.chance(85)));
    }

    NetworkSketch sketch_;
    const Outline& outline_;
    int blocks_left_;
};

}  // namespace

void write_random_network(const RandomNetworkForm& form, const std::string& path) {
    const Outline outline = outline_of(form.seed);
    ModelMetadata metadata;
    metadata.normalization = random_input_format(form.seed).normalization;
    save_module(Drawing(form, outline).draw(), metadata, path);
}

Dataset random_images(std::uint64_t seed) {
    const Outline outline = outline_of(seed);
    std::mt19937_64 random(seed_for(seed, 3));
    // Planes of one brightness, rising to one side, with noise: images that differ by more than noise does.
    std::vector<std::uint8_t> pixels;
    for (int plane = 0; plane < outline.count * outline.images.channels; ++plane) {
        const int base = int(random() % 200), rise = int(random() % 21) - 10;
        for (int y = 0; y < outline.images.height; ++y)
            for (int x = 0; x < outline.images.width; ++x)
                pixels.push_back(std::uint8_t(std::clamp(base + rise * (x + y) + int(random() % 80) - 20, 0, 255)));
    }
    std::vector<std::int32_t> labels;
    for (int image = 0; image < outline.count; ++image) labels.push_back(std::int32_t(random() % std::uint64_t(outline.classes)));
    std::vector<std::string> names;
    for (int label = 0; label < outline.classes; ++label) names.push_back("class " + std::to_string(label));
    return Dataset("random images", outline.images, std::move(pixels), std::move(labels), std::move(names));
}

InputFormat random_input_format(std::uint64_t seed) {
    const auto channels = std::size_t(outline_of(seed).images.channels);
    return {Normalization::custom(std::vector<float>(channels, 0.5F), std::vector<float>(channels, 0.25F)), std::nullopt};
}

}  // namespace clipscope
