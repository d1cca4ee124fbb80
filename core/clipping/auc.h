// Resilience in one number: the area under accuracy against fault rate (FT-ClipAct, section IV-B; method.md, "AUC"). 100 % at every rate
// is 1.
#pragma once

#include <span>
#include <string>
#include <vector>

namespace clipscope {

enum class AucAxis {
    linear,  // points (0, clean accuracy), (r1, ...), ..., (r_max, ...); x divided by r_max: the paper's reading
    log10,   // points (log10 r1, ...), ..., (log10 r_max, ...); x rescaled to 0...1; the clean accuracy takes no part
};

// "linear", "log": as JSON and the command line spell it.
std::string to_string(AucAxis axis);
AucAxis auc_axis_from_string(const std::string& text);  // throws UsageError

// Whether these rates span an axis at all: one rate above 0 on the linear axis, two on the logarithmic one.
bool has_auc(std::span<const double> rates, AucAxis axis);

// Trapezoidal rule over accuracies (fractions), one for each rate; rates ascend strictly. A rate of 0 may come first: the clean accuracy
// stands for it, its own value is not looked at. Throws UsageError where has_auc() is false, std::invalid_argument where rates and
// accuracies do not fit.
double auc(double clean_accuracy, std::span<const double> rates, std::span<const double> accuracies, AucAxis axis = AucAxis::linear);

// What the accuracy at each rate counts for in the AUC; 0 at a rate of 0, where the clean accuracy stands for it.
std::vector<double> auc_weights(std::span<const double> rates, AucAxis axis);

// The AUC of each trial on its own; their mean is the AUC of the mean accuracies. accuracies[i][k] is trial k's accuracy at rates[i]; every
// rate above 0 has the same number of trials.
std::vector<double> trial_aucs(double clean_accuracy, std::span<const double> rates, std::span<const std::vector<double>> accuracies,
                               AucAxis axis = AucAxis::linear);

}  // namespace clipscope
