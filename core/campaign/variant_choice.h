// Which of several networks parameters belong to, where their shapes fit more than one (activation, pooling, size of the images): each is
// tried on some images. No LibTorch in this header.
#pragma once

#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "data/dataset.h"
#include "data/dataset_reader.h"
#include "data/normalization.h"
#include "network/network.h"

namespace clipscope {

struct VariantTrial {
    std::string architecture;  // "lenet5[tanh,average]"
    double accuracy = 0;       // of the images that were tried
    std::size_t images = 0;    // how many these were
};

// The images of a folder to try them on: of the training images where there are any, for no result is measured on those, else of `split`.
// Throws what open_dataset() throws.
Dataset variant_images(const std::string& folder, Split split, const PictureSize& size);

// Up to so many images are tried, spread over the classes.
constexpr std::size_t images_for_variants = 200;

// The architectures that a network opened from bare parameters may have, the one it was opened as among them; nothing where its file says
// what it is or no other fits.
std::vector<std::string> possible_variants(const Network& network);

// Those of these architectures, which possible_variants() found, that the images can enter, best first; of those that hardly differ (two in
// a hundred images) the more usual one. Nothing where there is no choice or it was stopped. Opens the file once for each. Throws what a job
// on these images throws at its start.
std::vector<VariantTrial> try_variants(const Network& network, const std::vector<std::string>& variants, const Dataset& images,
                                       const std::optional<Normalization>& asked, int threads, std::stop_token stop);

// "lenet5[tanh] recognises 98.1 % of 200 images, lenet5 41.0 %, ..."
std::string to_string(const std::vector<VariantTrial>& trials);

}  // namespace clipscope
