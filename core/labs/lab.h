// A lab: an exercise with steps that say what to do, ask for predictions and questions, and check what was done. Two text files of one
// name, written by lecturers (resources/help/labs.md). Plain values.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "study/job_settings.h"

namespace clipscope {

// What can be read off the results of a step.
enum class LabQuantity {
    accuracy,  // of a curve at a point: mean over trials, %
    lowest,    // worst trial, %
    highest,
    spread,    // standard deviation over trials, points
    interval,  // half of the 95 % interval of the mean, points
    silent,    // SDC, %
    detected,  // DUE, %
    faults,    // faulty bits of a trial, mean
    clean,     // accuracy without faults, %
    auc,       // 0...1
    weakest,   // a layer's name
    strongest,
    worst_point,  // rate, bit position or number of faults
    act_max,      // of a site
    threshold,
    auc_before,
    auc_after,
    best_threshold,  // of a sweep, in units of ACT_max
    before,          // of a fault: the number in the word
    after,
    changed  // other answers of the twelve images
};

// "accuracy", "worst point"; throws UsageError.
std::string to_string(LabQuantity quantity);
LabQuantity lab_quantity_from_string(const std::string& text);
// Whether it is a layer's name, not a number.
bool is_name(LabQuantity quantity);

struct LabValue {
    LabQuantity of = LabQuantity::accuracy;
    std::string step{};          // title of the one whose work it is
    std::string layers{};        // a curve
    std::optional<double> at{};  // its point
    std::string protection = "none";
    std::string site{};
    std::shared_ptr<const LabValue> minus{};
    std::shared_ptr<const LabValue> over{};
};

struct LabQuestion {
    enum class Kind { choice, number, text };
    Kind kind = Kind::text;
    std::string ask;
    std::vector<std::string> options{};  // of a choice
    std::string unit{};                  // of a number; may be empty
};

struct LabAnswer {
    std::variant<double, std::string, LabValue> right;
    double within = 0;  // of a number: how far off is right, too
    std::string why{};
};

struct LabPrediction {
    LabQuestion question;
    std::optional<LabValue> value{};  // what it is compared with
};

// One word of the memory with faulty bits.
struct LabFault {
    std::string layer;
    std::string parameter;                  // its path or the end of it
    std::optional<std::int64_t> element{};  // nothing: the seed chooses
    std::vector<int> bits;
    std::string format = "float32";
};

struct LabStep {
    std::string title;
    std::string text;                  // Markdown
    std::optional<JobSettings> job{};  // with the lab's model and images, without a student's seed
    bool takes_found_thresholds = false;
    std::optional<LabFault> fault{};
    std::optional<LabPrediction> prediction{};
    std::optional<LabQuestion> question{};
    std::optional<LabAnswer> answer{};
};

struct Lab {
    std::string name;
    std::string title;
    std::string about;
    int minutes = 0;
    std::string model;  // "bundled:lenet5" or an absolute path
    std::string data;   // absolute; empty: Fashion-MNIST
    std::vector<LabStep> steps;

    // -1: there is none of this title.
    int step_named(const std::string& step_title) const;
};

// Reads "NAME.json" and "NAME.md" beside it. Throws Error: one sentence with the file and the step.
Lab read_lab(const std::string& path);

// The files of the labs that come with ClipScope, in the order in which they are best done. Empty where they are not installed.
std::vector<std::string> bundled_labs();

// The study's seed of a student: a function of the lab's name and the student's, whatever the case of its letters from A to Z and the
// blanks around it.
std::uint64_t lab_seed(const std::string& lab, const std::string& student);

// The job of a step as this student shall run it.
JobSettings job_of(const LabStep& step, std::uint64_t seed);

}  // namespace clipscope
