// What a network without faults answers, image by image. No LibTorch in this header.
#pragma once

#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "data/dataset.h"
#include "data/normalization.h"
#include "network/network.h"

namespace clipscope {

struct Answer {
    std::int32_t prediction = 0;  // the class with the greatest logit
    double probability = 0;       // its softmax; 0 where a logit is not finite
};

// In the images' order; none where it was stopped. Throws what Evaluator throws.
std::vector<Answer> clean_answers(const std::shared_ptr<const Network>& network, const Dataset& images, const InputFormat& input,
                                  int threads, const std::string& device, std::stop_token stop);

}  // namespace clipscope
