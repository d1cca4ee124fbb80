// What a network without faults answers, image by image. No LibTorch in this header.
#pragma once

#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "data/dataset.h"
#include "data/normalization.h"
#include "evaluation/scoring.h"
#include "network/network.h"

namespace clipscope {

// In the images' order; none where it was stopped. Throws what Evaluator throws.
std::vector<Answer> clean_answers(const std::shared_ptr<const Network>& network, const Dataset& images, const InputFormat& input,
                                  int threads, const std::string& device, std::stop_token stop);

}  // namespace clipscope
