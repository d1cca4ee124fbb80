// Which network bare parameters go into, where their shapes fit several.
#pragma once

#include <string>

#include "common_options.h"

namespace clipscope::cli {

// The architecture that --arch names; where the parameters' shapes fit several, the one that recognises most of some tuning images, told on
// stderr with its accuracy and the others'. Empty where the file says itself what it is. Throws what Network::load and a job on the images
// throw.
std::string chosen_architecture(const InputOptions& options);

}  // namespace clipscope::cli
