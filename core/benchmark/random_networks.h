// Networks and images drawn from a seed, to check the engine with: small ones, but of all the layers, joins, branches, views and attention
// that networks of images are made of. This header knows no LibTorch.
#pragma once

#include <cstdint>
#include <string>

#include "data/dataset.h"
#include "data/normalization.h"

namespace clipscope {

struct RandomNetworkForm {
    std::uint64_t seed = 1;
    int most_blocks = 0;  // the same network cut short after so many, to find the smallest that shows something; 0: whole
};

// Writes the network as a TorchScript file that says how its images are normalised. The same form gives the same network anywhere. Throws
// Error where the file cannot be written.
void write_random_network(const RandomNetworkForm& form, const std::string& path);

// Images that fit the network of this seed, 24 to 60 of them; labels are drawn as well.
Dataset random_images(std::uint64_t seed);
InputFormat random_input_format(std::uint64_t seed);

}  // namespace clipscope
