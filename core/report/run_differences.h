// Two runs held against each other: what accuracy differs by, where both measured the same layer under the same protection at the same
// rate, and, where a run has several number formats, in the same one, and what differs in how they were measured (method.md, "Two runs").
// Pure functions. Accuracies are fractions.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "campaign/accuracy_curves.h"
#include "report/named_job.h"
#include "report/text_columns.h"

namespace clipscope {

// At one rate, bit position or number of faults; differences are second - first.
struct RunDifference {
    std::string layer;
    Protection protection = Protection::none;
    NumberFormat first_format{};
    NumberFormat second_format{};  // another one only where each run has but one
    double place = 0;
    double first_mean = 0;
    double second_mean = 0;
    double difference = 0;
    Interval ci95{};  // of it, over faults
    int pairs = 0;    // trials of the same numbers under the same seed; 0: the runs' trials were drawn apart
};

struct SettingDifference {
    std::string name;
    std::string first;
    std::string second;
};

struct RunDifferences {
    PointAxis axis = PointAxis::fault_rate;
    std::vector<RunDifference> rows;
    std::vector<SettingDifference> settings;
    bool has_formats = false;  // a run has several
};

// Throws UsageError where the two are not over the same axis, or have no layer under a protection (and in a format) in common.
RunDifferences differences_of(const NamedCurves& first, const NamedCurves& second);

// For people: percent and points. `first` and `second` name the runs.
TextColumns difference_columns(const RunDifferences& differences);
TextColumns setting_columns(const RunDifferences& differences, const std::string& first, const std::string& second);
std::string differences_csv(const RunDifferences& differences);
std::string differences_json(const RunDifferences& differences, const std::string& first, const std::string& second);

}  // namespace clipscope
