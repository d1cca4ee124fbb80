// A student's work beside the lab: what is done, what was measured beside what was predicted, which answers are right.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "labs/lab.h"
#include "labs/lab_results.h"
#include "labs/lab_work.h"

namespace clipscope {

enum class AnswerVerdict {
    not_asked,
    missing,  // no answer
    by_hand,  // a free text, or the lab has no answer: a person judges
    unknown,  // the right answer is read off work that is not done
    wrong,
    right
};
std::string to_string(AnswerVerdict verdict);

struct StepReview {
    std::string title;
    bool has_begun = false;              // some of its results can be seen
    bool is_done = false;                // the work, not the answer
    std::string missing{};               // why it is not
    std::optional<LabReply> measured{};  // what the prediction is compared with
    AnswerVerdict verdict = AnswerVerdict::not_asked;
    std::optional<LabReply> right{};  // the right answer, where it is known
};

// Throws as study.h says.
StepReview review_step(const Lab& lab, const LabWork& work, LabResults& results, int step);
std::vector<StepReview> review(const Lab& lab, const LabWork& work, LabResults& results);

// Work done, prediction and answer given as far as they are asked for.
bool is_complete(const LabStep& step, const StepWork& work, const StepReview& review);

}  // namespace clipscope
