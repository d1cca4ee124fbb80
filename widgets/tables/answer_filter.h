// Which images of a trial are looked at, and in which order. Values alone.
#pragma once

#include <QString>
#include <cstdint>
#include <optional>
#include <vector>

#include "evaluation/image_answers.h"

namespace clipscope {

enum class AnswerKind {
    changed,         // another answer, or a non-finite logit
    silent,          // another answer, all logits finite (SDC)
    detectable,      // a non-finite logit (DUE)
    right_to_wrong,  // as the trial counts answers
    wrong_to_right,
    all
};

enum class AnswerOrder { confidence_lost, by_class, number };

// A cell of a confusion matrix; the answer after the last class is "not finite".
struct ConfusionCell {
    bool with_faults = false;
    std::int32_t label = 0;
    std::int32_t answer = 0;

    friend bool operator==(const ConfusionCell&, const ConfusionCell&) = default;
};

struct AnswerFilter {
    AnswerKind kind = AnswerKind::changed;
    std::optional<std::int32_t> label{};
    std::optional<ConfusionCell> cell{};  // then of every kind
    AnswerOrder order = AnswerOrder::confidence_lost;
    NonfiniteRule nonfinite = NonfiniteRule::wrong;
};

bool is_of(AnswerKind kind, const ImageAnswers& image, NonfiniteRule nonfinite);
std::vector<ImageAnswers> chosen(const std::vector<ImageAnswers>& images, const AnswerFilter& filter, std::int32_t classes);

}  // namespace clipscope
