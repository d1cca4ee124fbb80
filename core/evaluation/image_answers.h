// What becomes of every image's answer in a trial: the network's without faults, and with them. Plain values.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "evaluation/outcome.h"
#include "evaluation/scoring.h"

namespace clipscope {

// As outcomes count it (Outcome::sdc, Outcome::due).
enum class AnswerChange {
    none,        // the same answer
    silent,      // another answer, all logits finite (SDC)
    detectable,  // a logit is NaN or infinite (DUE)
};

std::string to_string(AnswerChange change);  // "same", "sdc", "due"

struct ImageAnswers {
    std::int64_t image = 0;  // its number in the data set that the images were chosen from
    std::int64_t place = 0;  // among the images of the trial
    std::int32_t label = 0;
    Answer before;
    Answer after;
    double kept = 0;  // the softmax that the class answered before has now; 0 where a logit is not finite
    bool is_finite_before = true;
    bool is_finite_after = true;

    AnswerChange change() const;
    // Of the softmax of what was answered before: 0.98 where it falls from 0.99 to 0.01; negative where the network is surer now.
    double confidence_lost() const { return before.probability - kept; }
    bool is_right_before(NonfiniteRule rule) const;
    bool is_right_after(NonfiniteRule rule) const;
};

// `clean`, `faulty`: logits of all images one after the other, as TrialRunner::run() gives them.
std::vector<ImageAnswers> image_answers(std::span<const std::int32_t> labels, std::span<const std::int64_t> numbers,
                                        std::span<const float> clean, std::span<const float> faulty);

// How many images of each class got which answer: row by row of `classes` + 1 counts each, the last those with a non-finite logit.
struct ConfusionCounts {
    std::int32_t classes = 0;
    std::vector<std::int32_t> counts{};

    std::int32_t answers() const { return classes + 1; }
    std::int32_t at(std::int32_t label, std::int32_t answer) const { return counts.at(std::size_t(label * answers() + answer)); }
};

// Where an image is counted, without faults or with them.
std::int32_t confusion_column(const ImageAnswers& image, bool with_faults, std::int32_t classes);
ConfusionCounts count_confusion(std::span<const ImageAnswers> images, bool with_faults, std::int32_t classes);

// A line an image: image,label,before,after,confidence_before,confidence_after,kind; classes by number, without a header.
std::string to_csv_lines(std::span<const ImageAnswers> images, const std::string& first_columns);

}  // namespace clipscope
