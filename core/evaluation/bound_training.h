// Trains the bounds of FitAct, one a neuron, by gradients (B. Ghavami et al., "FitAct: error resilient deep neural networks via
// fine-grained post-trainable activation functions", DATE 2022; method.md, "Protections"). Knows no LibTorch.
#pragma once

#include <functional>
#include <optional>
#include <stop_token>
#include <vector>

#include "evaluation/evaluator.h"
#include "evaluation/site_bounds.h"

namespace clipscope {

struct BoundTraining {
    int epochs = 20;
    double learning_rate = 0.02;
    double zeta = 0.01;     // weight of the mean squared bound beside the cross entropy
    double steepness = 20;  // k
};

// Trains the bounds `high` of the sites that have some, from what they are, on the evaluator's images with all weights as they are:
// max(0, y (1 - sigmoid(k (y - bound)))) in place of what a site puts out, Adam, cross entropy plus zeta times the mean of the squared
// bounds; bounds stay at 0 or above. Passes go over the chunks in order, so the result is a function of images, network and settings.
// `progress` hears the share that is done. Nothing where it was stopped, which it asks for every chunk. The evaluator need not be prepared.
std::optional<std::vector<std::optional<MeasuredSite>>> train_bounds(const Evaluator& evaluator,
                                                                     std::vector<std::optional<MeasuredSite>> sites,
                                                                     const BoundTraining& training,
                                                                     const std::function<void(double share)>& progress,
                                                                     std::stop_token stop);

}  // namespace clipscope
