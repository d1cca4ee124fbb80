// How 8-bit pixels become a network's input: pixel / 255, minus the channel's mean, divided by its standard deviation, after padding
// with black (0) pixels to the network's input size, the image centred.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "data/dataset.h"

namespace clipscope {

struct Normalization {
    std::string name;         // "cifar10", "imagenet", "mnist", "fashion-mnist", "none" or "custom"
    std::vector<float> mean;  // per channel, on the 0...1 scale; empty for "none"
    std::vector<float> std;

    // Throws UsageError naming the presets there are.
    static Normalization preset(const std::string& name);
    static const std::vector<std::string>& preset_names();
    // Throws UsageError unless both have the same length, are finite and every std is positive.
    static Normalization custom(std::vector<float> mean, std::vector<float> std);
};

// What a network wants its input to be.
struct InputFormat {
    Normalization normalization;
    std::optional<ImageShape> shape;  // pad to this size, and to grey or colour; absent: images as they are
};

// Writes image `i` of the dataset, padded and normalised, as C×H×W floats to `out` (which has the padded size). Where the network takes
// colour and the images are grey, each of three channels is the grey one; where it takes grey and they are in colour, their luma by ITU-R
// 601-2 in the integers that Pillow's convert("L") computes with. Any number of threads may call at once. Throws Error where the channels
// differ in another way or the image is larger than the shape, and what Dataset::image() throws.
void prepare_image(const Dataset& dataset, std::size_t i, const InputFormat& format, std::span<float> out);

// The shape that prepare_image() writes; the same errors.
ImageShape prepared_shape(const Dataset& dataset, const InputFormat& format);

// Whether prepare_image() makes images of so many channels ones of so many others.
bool can_change_channels(int from, int to);

// "grey pictures enter as three equal channels", for people; empty where channels stay as they are.
std::string channel_change_text(const Dataset& dataset, const InputFormat& format);

}  // namespace clipscope
