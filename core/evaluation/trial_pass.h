// Whether a network takes images of a shape, found by passing blank ones through it.
#pragma once

#include "data/dataset.h"
#include "network/network.h"

namespace clipscope {

// False where it fails on them. Takes as long as a pass of two images does, or of as many as the file is made for.
bool takes_images(const Network& network, const ImageShape& shape);

}  // namespace clipscope
