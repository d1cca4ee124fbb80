// Fault rates as people write them: "paper", "1e-8,5e-8", "1e-8:1e-5:7" (that many rates, log-spaced, both ends included) and mixtures of
// them, "0,1e-8:1e-5:7". What "auto" means depends on the network; the caller settles it before.
#pragma once

#include <span>
#include <string>
#include <vector>

namespace clipscope {

// method.md's preset, the paper's: 0, 1e-8, 5e-8, 1e-7, 5e-7, 1e-6, 5e-6, 1e-5.
const std::vector<double>& paper_rates();

// How many faults there can be in one trial of a fixed number.
constexpr double most_faults = 1e6;

// "1,2,4,8": ascending, each once; 0 is the clean point. Throws UsageError that names the part which is no whole number up to most_faults.
std::vector<double> parse_fault_counts(const std::string& text);

// Ascending, each rate once. Rates inside a range are rounded to six digits, so that they are the same on every machine and print well.
// Throws UsageError that names the part which is no rate from 0 to 1.
std::vector<double> parse_rates(const std::string& text);

// `count` of them (2 or more), the ends as they are (0 < lowest < highest), those between rounded to six digits. Throws UsageError where
// the range is too narrow for so many.
std::vector<double> log_spaced_rates(double lowest, double highest, int count);

// "0,1e-08,5e-08": parse_rates() reads the same rates from it.
std::string to_text(std::span<const double> rates);

}  // namespace clipscope
