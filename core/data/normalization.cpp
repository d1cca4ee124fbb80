#include "data/normalization.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "common/error.h"

namespace clipscope {

namespace {

const std::vector<Normalization>& presets() {
    static const std::vector<Normalization> all = {
        {"cifar10", {0.4914F, 0.4822F, 0.4465F}, {0.2470F, 0.2435F, 0.2616F}},
        // What many scripts for CIFAR-10 divide by: the mean over images of each one's own deviation.
        {"cifar10-resnet", {0.4914F, 0.4822F, 0.4465F}, {0.2023F, 0.1994F, 0.2010F}},
        {"imagenet", {0.485F, 0.456F, 0.406F}, {0.229F, 0.224F, 0.225F}},
        {"mnist", {0.1307F}, {0.3081F}},
        {"fashion-mnist", {0.2860F}, {0.3530F}},
        {"none", {}, {}},
    };
    return all;
}

std::string to_string(const ImageShape& shape) {
    return std::to_string(shape.channels) + "×" + std::to_string(shape.height) + "×" + std::to_string(shape.width);
}

// The input's value for every pixel value, computed as PyTorch's scripts do (divide by 255, subtract, divide, each rounded to float).
std::array<float, 256> pixel_values(const Normalization& normalization, std::size_t channel) {
    std::array<float, 256> values{};
    for (std::size_t pixel = 0; pixel < values.size(); ++pixel) {
        values[pixel] = static_cast<float>(pixel) / 255.0F;
        if (!normalization.mean.empty()) values[pixel] = (values[pixel] - normalization.mean[channel]) / normalization.std[channel];
    }
    return values;
}

// The luma of a colour picture's pixels.
std::vector<std::uint8_t> grey_pixels(std::span<const std::uint8_t> planes) {
    const std::size_t area = planes.size() / 3;
    std::vector<std::uint8_t> grey(area);
    for (std::size_t i = 0; i < area; ++i) {
        const std::uint32_t red = planes[i], green = planes[area + i], blue = planes[2 * area + i];
        grey[i] = std::uint8_t((red * 19595 + green * 38470 + blue * 7471 + 0x8000) >> 16);
    }
    return grey;
}

}  // namespace

Normalization Normalization::preset(const std::string& name) {
    std::string names;
    for (const Normalization& candidate : presets()) {
        if (candidate.name == name) return candidate;
        names += (names.empty() ? "" : ", ") + candidate.name;
    }
    throw UsageError("There is no normalisation '" + name + "'; choose one of " + names + ", or give mean and standard deviation.");
}

const std::vector<std::string>& Normalization::preset_names() {
    static const std::vector<std::string> names = [] {
        std::vector<std::string> list;
        for (const Normalization& preset : presets()) list.push_back(preset.name);
        return list;
    }();
    return names;
}

Normalization Normalization::custom(std::vector<float> mean, std::vector<float> std) {
    if (mean.empty() || mean.size() != std.size()) {
        throw UsageError("Mean and standard deviation need one number a channel each, but " + std::to_string(mean.size()) + " and " +
                         std::to_string(std.size()) + " were given.");
    }
    const auto finite = [](float value) { return std::isfinite(value); };
    if (!std::all_of(mean.begin(), mean.end(), finite)) throw UsageError("Every mean of a normalisation must be a finite number.");
    if (!std::all_of(std.begin(), std.end(), [&](float value) { return finite(value) && value > 0; })) {
        throw UsageError("Every standard deviation of a normalisation must be a finite number above 0.");
    }
    return {"custom", std::move(mean), std::move(std)};
}

ImageShape prepared_shape(const Dataset& dataset, const InputFormat& format) {
    const ImageShape from = dataset.shape();
    const ImageShape to = format.shape.value_or(from);
    if (from.channels != to.channels && !can_change_channels(from.channels, to.channels)) {
        throw Error("The network wants images with " + std::to_string(to.channels) + " channels, those of " + dataset.name() + " have " +
                    std::to_string(from.channels) + "; choose other data or another network.");
    }
    if (from.height > to.height || from.width > to.width) {
        throw Error("The images of " + dataset.name() + " (" + to_string(from) + ") are larger than the network's input (" + to_string(to) +
                    "); choose other data or another network, or make pictures smaller (resize, crop).");
    }
    const Normalization& normalization = format.normalization;
    const auto channels = static_cast<std::size_t>(to.channels);
    if (!normalization.mean.empty() && (normalization.mean.size() != channels || normalization.std.size() != channels)) {
        const auto counted = [](std::size_t count) { return std::to_string(count) + (count == 1 ? " channel" : " channels"); };
        throw Error("The normalisation '" + normalization.name + "' is for " + counted(normalization.mean.size()) + ", the images of " +
                    dataset.name() + (from.channels == to.channels ? " have " : " enter with ") + counted(channels) +
                    "; choose another normalisation.");
    }
    return to;
}

bool can_change_channels(int from, int to) {
    return (from == 1 && to == 3) || (from == 3 && to == 1);
}

std::string channel_change_text(const Dataset& dataset, const InputFormat& format) {
    const int from = dataset.shape().channels, to = format.shape ? format.shape->channels : from;
    if (from == to) return {};
    return from == 1 ? "grey images enter as three equal channels" : "colour images enter as grey ones (luma)";
}

void prepare_image(const Dataset& dataset, std::size_t i, const InputFormat& format, std::span<float> out) {
    const ImageShape from = dataset.shape();
    const ImageShape to = prepared_shape(dataset, format);
    if (out.size() != to.pixels()) {
        throw Error("An image of " + dataset.name() + " becomes " + std::to_string(to.pixels()) + " numbers, but there is room for " +
                    std::to_string(out.size()) + "; use the network's own input size.");
    }
    const auto height = static_cast<std::size_t>(from.height);
    const auto width = static_cast<std::size_t>(from.width);
    const auto row_length = static_cast<std::size_t>(to.width);
    const std::size_t top = (static_cast<std::size_t>(to.height) - height) / 2;
    const std::size_t left = (row_length - width) / 2;
    const std::size_t plane = static_cast<std::size_t>(to.height) * row_length;
    const ImagePixels image = dataset.image(i);
    std::span<const std::uint8_t> pixels(image);
    const std::vector<std::uint8_t> grey = from.channels == 3 && to.channels == 1 ? grey_pixels(pixels) : std::vector<std::uint8_t>();
    if (!grey.empty()) pixels = grey;
    const bool repeats_grey = from.channels == 1;
    for (std::size_t channel = 0; channel < static_cast<std::size_t>(to.channels); ++channel) {
        const std::array<float, 256> values = pixel_values(format.normalization, channel);
        const std::span<float> target = out.subspan(channel * plane, plane);
        if (to.height != from.height || to.width != from.width) std::fill(target.begin(), target.end(), values[0]);
        for (std::size_t row = 0; row < height; ++row) {
            const auto source = pixels.subspan(((repeats_grey ? 0 : channel) * height + row) * width, width);
            std::transform(source.begin(), source.end(), target.begin() + std::ptrdiff_t((top + row) * row_length + left),
                           [&](std::uint8_t pixel) { return values[pixel]; });
        }
    }
}

}  // namespace clipscope
