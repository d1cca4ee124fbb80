// Trains a built-in architecture and saves it as TorchScript that Python opens, with its normalisation, input shape and class names inside.
#pragma once

#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "data/dataset.h"
#include "data/normalization.h"

namespace clipscope {

struct TrainingSpecification {
    std::string architecture = "lenet5";
    int epochs = 10;
    int batch = 128;
    double learning_rate = 0.05;     // the peak: linear warm-up over the first 5 % of the steps, then half a cosine down to zero
    double momentum = 0.9;
    double weight_decay = 5e-4;
    bool mirror = true;              // flip half of the training images left to right
    int shift = 2;                   // move every training image by up to so many pixels a way
    std::size_t validation_images = 5000;  // held back from the training images; the best epoch on them is kept
    std::uint64_t seed = 1;
    int threads = 0;                 // 0: all cores
};

struct TrainingProgress {
    int epoch = 0;                   // 1-based
    int epochs = 0;
    std::int64_t step = 0;           // optimiser steps so far, of `steps`
    std::int64_t steps = 0;
    double loss = 0;                 // mean of this epoch so far
    double validation_accuracy = -1; // at an epoch's end, else -1
    double seconds_left = -1;
};

struct TrainingResult {
    int best_epoch = 0;              // 0: stopped before the first epoch ended, nothing saved
    double validation_accuracy = 0;
    double test_accuracy = 0;        // of the best epoch, measured once at the end
    bool stopped = false;
};

// "lenet5", "alexnet", "vgg16_bn", "resnet20", ...; what each is: network/architectures/architectures.h.
const std::vector<std::string>& architecture_names();

// Writes `output` after every epoch that is the best so far, and once more at the end with the test accuracy in its metadata, so that a stop or
// a crash keeps the best. Throws UsageError on an unknown architecture or senseless settings, Error where the file cannot be written.
TrainingResult train(const TrainingSpecification& specification, const Dataset& training_images, const Dataset& test_images,
                     const Normalization& normalization, const std::string& output,
                     const std::function<void(const TrainingProgress&)>& progress, std::stop_token stop);

}  // namespace clipscope
