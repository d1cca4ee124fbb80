// Looks in a clean network's answers for the marks of images that enter it wrongly: normalised otherwise than in training, or with their
// classes in another order. It only says so; nothing is ever changed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "campaign/job_inputs.h"

namespace clipscope {

struct InputDoubt {
    enum class Kind {
        normalization,  // another one fits much better
        class_order,    // another order of the classes fits much better
        collapse,       // nearly all images get one of a few answers
        chance,         // the answers say next to nothing about the labels
    };
    Kind kind = Kind::chance;
    std::size_t images = 0;  // looked at
    double accuracy = 0;     // of these, as they enter now
    double chance = 0;       // accuracy of these very answers dealt out at random
    Normalization better{};  // where another one fits
    double better_accuracy = 0;
    std::size_t classes = 0;                                     // that the images have
    std::size_t answered_classes = 0;                            // the fewest that nine tenths of the answers fall on
    std::vector<std::pair<std::int32_t, std::int32_t>> order{};  // answer and label that belong together and differ, by number of images
};

// The same images with another normalisation.
struct OtherAnswers {
    Normalization normalization;
    std::vector<std::int32_t> predictions;
};

// Fewer say nothing.
constexpr std::size_t fewest_images_to_judge = 50;

// Cohen's kappa, (accuracy - chance) / (1 - chance): 0 where answers say nothing about the labels, 1 where all are right.
double kappa(std::span<const std::int32_t> labels, std::span<const std::int32_t> predictions);

// Whether the answers are poor enough for another normalisation to be worth a try.
bool is_worth_trying_others(std::span<const std::int32_t> labels, std::span<const std::int32_t> predictions);

// Labels and predictions of the same images. Nothing where there is no reason to doubt, which is so for a network that is merely mediocre.
// An order of the classes is found on one half of the images and counts only where it fits the other half.
std::optional<InputDoubt> judge_answers(std::span<const std::int32_t> labels, std::span<const std::int32_t> predictions,
                                        std::span<const OtherAnswers> others = {});

// Runs up to 250 of the images through the network, spread over the classes, in float32; where they are answered poorly, every preset
// that fits is tried, on a fifth of them and where that promises something on all. Nothing where it was stopped. Throws what a job on these
// inputs throws at its start.
std::optional<InputDoubt> check_input(const JobInputs& inputs, int threads, const std::string& device, std::stop_token stop);

// Sentences for people: what is seen, what it looks like and what to do about it.
std::string to_string(const InputDoubt& doubt, const std::vector<std::string>& class_names);

}  // namespace clipscope
