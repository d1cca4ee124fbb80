#include "campaign/fault_rates.h"

#include <algorithm>
#include <cmath>

#include "common/error.h"
#include "common/number_text.h"
#include "common/text_list.h"

namespace clipscope {
namespace {

constexpr double most_rates_in_range = 1000;

double parse_rate(const std::string& text) {
    const auto rate = parse_number(text);
    if (!rate) throw UsageError("'" + text + "' is not a fault rate: write a number from 0 to 1, like 1e-7.");
    if (!(*rate >= 0 && *rate <= 1)) {
        throw UsageError("The fault rate " + text +
                         " is not between 0 and 1: it is the probability that a stored bit is faulty, and a comma separates rates (" +
                         decimal_point_advice + ").");
    }
    return *rate + 0.0;  // -0 becomes 0
}

void append_range(const std::vector<std::string>& parts, const std::string& text, std::vector<double>& rates) {
    if (parts.size() != 3) throw UsageError("'" + text + "' is not a range of fault rates: write LOWEST:HIGHEST:COUNT, like 1e-8:1e-5:7.");
    const double low = parse_rate(parts[0]);
    const double high = parse_rate(parts[1]);
    if (!(low > 0 && low < high)) {
        throw UsageError("The range '" + text + "' of fault rates must rise from a rate above 0: log-spaced rates cannot begin elsewhere.");
    }
    const auto count = parse_number(parts[2]);
    if (!count || *count != std::floor(*count) || *count < 2 || *count > most_rates_in_range) {
        throw UsageError("'" + parts[2] + "' in '" + text + "' is not a number of fault rates: write a whole number from 2 to 1000.");
    }
    const std::vector<double> range = log_spaced_rates(low, high, int(*count));
    rates.insert(rates.end(), range.begin(), range.end());
}

}  // namespace

const std::vector<double>& paper_rates() {
    static const std::vector<double> rates = {0, 1e-8, 5e-8, 1e-7, 5e-7, 1e-6, 5e-6, 1e-5};
    return rates;
}

std::vector<double> parse_fault_counts(const std::string& text) {
    std::vector<double> counts;
    for (const std::string& part : split_list(text, ',')) {
        const auto count = parse_number(trimmed(part));
        if (!count || *count != std::floor(*count) || !(*count >= 0 && *count <= most_faults))
            throw UsageError("'" + part + "' is no number of faults: write whole numbers from 0 to " + number_text(most_faults) +
                             ", like 1,2,4,8.");
        counts.push_back(*count + 0.0);
    }
    std::sort(counts.begin(), counts.end());
    counts.erase(std::unique(counts.begin(), counts.end()), counts.end());
    return counts;
}

std::vector<double> log_spaced_rates(double lowest, double highest, int count) {
    constexpr int digits = 6;
    const double ratio = std::log10(highest / lowest);
    std::vector<double> rates = {lowest};
    for (int i = 1; i < count - 1; ++i) {
        const double rate = rounded_number(lowest * std::pow(10.0, ratio * i / (count - 1)), digits);
        if (!(rate > rates.back() && rate < highest))
            throw UsageError("The range '" + number_text(lowest) + ":" + number_text(highest) + ":" + std::to_string(count) +
                             "' is too narrow for that many fault rates: ask for fewer.");
        rates.push_back(rate);
    }
    rates.push_back(highest);
    return rates;
}

std::vector<double> parse_rates(const std::string& text) {
    if (trimmed(text) == "paper") return paper_rates();
    if (trimmed(text).empty()) throw UsageError("No fault rate is given: write paper, 1e-8,5e-8 or 1e-8:1e-5:7.");
    std::vector<double> rates;
    for (const std::string& item : split_list(text, ',')) {
        const std::vector<std::string> parts = split_list(item, ':');
        if (parts.size() > 1) {
            append_range(parts, item, rates);
        } else {
            rates.push_back(parse_rate(item));
        }
    }
    std::sort(rates.begin(), rates.end());
    rates.erase(std::unique(rates.begin(), rates.end()), rates.end());
    return rates;
}

std::string to_text(std::span<const double> rates) {
    std::string text;
    for (const double rate : rates) text += (text.empty() ? "" : ",") + number_text(rate);
    return text;
}

}  // namespace clipscope
