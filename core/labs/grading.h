// A hand-in judged: what was done, which answers are right, and whether the study's results are those of its seed, which is found out by
// measuring again.
#pragma once

#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "labs/hand_in.h"
#include "labs/lab_review.h"

namespace clipscope {

struct GradingOptions {
    int replay = -1;  // trials of each point that are measured again; 0: none, below: all, and everything else that the jobs found
    int threads = 0;  // workers; 0: all cores
};

struct GradedStep {
    StepReview review;
    StepWork work;
    bool is_complete = false;
};

struct Grade {
    std::string file;
    std::string student;
    std::uint64_t seed = 0;
    bool is_own_seed = false;  // that of the student's name
    std::string changed{};     // part of the file that is not as it was written
    std::vector<GradedStep> steps;
    int complete = 0;   // steps
    int questions = 0;  // that the key has an answer to
    int right = 0;
    std::int64_t repeated = 0;   // trials and other results that were measured again
    std::int64_t different = 0;  // of these, with other results than the study has
    std::string trouble{};       // why nothing could be measured again: one sentence
    bool is_genuine() const { return is_own_seed && changed.empty() && trouble.empty() && different == 0; }
};

// Told which step is being measured again.
using GradingProgress = std::function<void(const std::string& student, int step, int steps)>;

// The counts of a trial may differ by one image in a hundred, at least one, as they may on another processor. Nothing where it was stopped.
// Throws Error where the file is no hand-in of this lab.
std::optional<Grade> grade(const std::string& path, const Lab& key, const GradingOptions& options, const GradingProgress& progress,
                           std::stop_token stop);

// "Anna Example  4 of 6 steps  3 of 5 right ...": plain values for tables; labs.md explains the columns.
std::string grades_csv(const std::vector<Grade>& grades);
std::string grades_json(const Lab& key, const std::vector<Grade>& grades);

}  // namespace clipscope
