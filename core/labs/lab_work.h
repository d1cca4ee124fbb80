// What a student has done in a lab: predictions, answers, words looked at closely. Plain values; the study itself is a file beside it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "labs/lab.h"

namespace clipscope {

// A number, an option of a choice, or a free text.
using LabReply = std::variant<double, std::string>;
std::string reply_text(const LabReply& reply, const LabQuestion& question);

// What was seen in One fault closely.
struct SeenFault {
    std::string layer;
    std::string parameter;  // its whole path
    std::int64_t element = 0;
    std::vector<int> bits;  // ascending
    std::string format;
    double before = 0;
    double after = 0;
    std::int64_t changed = 0;  // other answers of the images
};

struct StepWork {
    std::string title;
    std::optional<LabReply> prediction{};
    std::string predicted{};           // UTC, as a study has its times
    bool was_predicted_late = false;   // the result could be seen already
    std::optional<SeenFault> fault{};  // the one that the step asks for
    std::optional<LabReply> reply{};
    std::string replied{};  // UTC; the latest
    int replies = 0;        // how often an answer was given
};

struct LabWork {
    std::string lab;
    std::string student;
    std::uint64_t seed = 0;
    std::string begun;            // UTC
    int step = 0;                 // where the student is
    std::vector<StepWork> steps;  // those of the lab, in its order
    std::vector<StepWork> earlier{};  // of titles that the lab has no more; kept
};

// Nothing done yet. Throws UsageError where the student has no name.
LabWork begin_work(const Lab& lab, const std::string& student);

// Stamp the time. `late`: the result can be seen already.
void note_prediction(StepWork& step, LabReply prediction, bool late);
void note_reply(StepWork& step, LabReply reply);

std::string to_json(const LabWork& work);
// Throws Error, naming `file`, where it is damaged or about another lab.
LabWork work_from_json(const std::string& text, const Lab& lab, const std::string& file);

}  // namespace clipscope
