// What a normalisation makes of some images, and a network of these. Take long; for background threads.
#pragma once

#include <cstddef>
#include <optional>
#include <stop_token>
#include <vector>

#include "controls/image_grid.h"
#include "engine.h"

namespace clipscope {

// Of all pixels of up to 100 images, spread over the classes, after normalisation.
struct InputStatistics {
    double mean = 0;
    double sd = 0;
    double min = 0;
    double max = 0;
};
InputStatistics input_statistics(const Dataset& data, const Normalization& normalization);

// One as the network sees it, with what it is; without an answer. Quick.
GridImage seen_picture(const Dataset& images, std::size_t place, const InputFormat& format);

// Twelve of the images as the network sees them, and what it takes them for; without a network the images alone. Throws where they cannot
// enter the network.
std::vector<GridImage> preview_images(const Engine& engine, const std::optional<OpenedModel>& model, const Dataset& images,
                                      const Normalization& normalization, std::stop_token stop);

struct NormalizationTrial {
    InputStatistics input;
    std::optional<double> accuracy;  // of all the images
};
NormalizationTrial try_normalization(const Engine& engine, const std::optional<OpenedModel>& model, const Dataset& images,
                                     const Normalization& normalization, std::stop_token stop);

}  // namespace clipscope
