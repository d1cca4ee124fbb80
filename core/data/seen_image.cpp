#include "data/seen_image.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace clipscope {

namespace {

std::uint8_t grey_level(float value) {
    const float level = (value + seen_limit) / (2 * seen_limit) * 255.0F;
    return std::isnan(level) ? 0 : std::uint8_t(std::lround(std::clamp(level, 0.0F, 255.0F)));
}

// Of so many equal parts of [0, size) the middle of part `i`.
std::size_t middle_of_part(std::size_t i, std::size_t parts, std::size_t size) {
    return (2 * i + 1) * size / (2 * parts);
}

}  // namespace

SeenImage seen_image(const Dataset& dataset, std::size_t i, const InputFormat& format) {
    const ImageShape shape = prepared_shape(dataset, format);
    std::vector<float> input(shape.pixels());
    prepare_image(dataset, i, format, input);
    const std::size_t area = std::size_t(shape.height) * std::size_t(shape.width);
    SeenImage seen{shape.height, shape.width, {}};
    seen.rgb.reserve(3 * area);
    for (std::size_t pixel = 0; pixel < area; ++pixel)
        for (std::size_t color = 0; color < 3; ++color)
            seen.rgb.push_back(grey_level(input[(shape.channels >= 3 ? color : 0) * area + pixel]));
    return seen;
}

std::vector<std::size_t> spread_positions(const std::vector<std::int32_t>& labels, std::size_t count) {
    std::map<std::int32_t, std::vector<std::size_t>> by_class;
    for (std::size_t i = 0; i < labels.size(); ++i) by_class[labels[i]].push_back(i);
    std::vector<std::vector<std::size_t>> classes;
    for (auto& [label, positions] : by_class) classes.push_back(std::move(positions));

    count = std::min(count, labels.size());
    std::vector<std::size_t> shares(classes.size());
    for (std::size_t left = count, tried = 0; left > 0; ++tried) {
        // In the first round the classes are chosen evenly; what a small class cannot give goes to the others.
        const std::size_t c = tried < count ? middle_of_part(tried, count, classes.size()) : tried % classes.size();
        if (shares[c] == classes[c].size()) continue;
        ++shares[c];
        --left;
    }
    std::vector<std::size_t> chosen;
    for (std::size_t c = 0; c < classes.size(); ++c)
        for (std::size_t i = 0; i < shares[c]; ++i) chosen.push_back(classes[c][middle_of_part(i, shares[c], classes[c].size())]);
    return chosen;
}

std::vector<std::size_t> spread_positions(const Dataset& dataset, std::size_t count) {
    std::vector<std::int32_t> labels(dataset.size());
    for (std::size_t i = 0; i < labels.size(); ++i) labels[i] = dataset.label(i);
    return spread_positions(labels, count);
}

}  // namespace clipscope
