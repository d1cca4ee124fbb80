#include "clipping/auc.h"

#include <cmath>
#include <stdexcept>

#include "common/error.h"
#include "common/named_values.h"

namespace clipscope {
namespace {

std::size_t first_above_zero(std::span<const double> rates) {
    return !rates.empty() && rates.front() == 0 ? 1 : 0;
}

void check(std::span<const double> rates, std::size_t accuracies, AucAxis axis) {
    if (rates.size() != accuracies) throw std::invalid_argument("auc: as many accuracies as rates are needed");
    for (std::size_t i = 0; i < rates.size(); ++i) {
        if (!(rates[i] >= 0 && rates[i] <= 1) || (i > 0 && rates[i] <= rates[i - 1])) {
            throw std::invalid_argument("auc: rates must ascend within 0...1");
        }
    }
    if (has_auc(rates, axis)) return;
    throw UsageError(axis == AucAxis::linear ? "The AUC needs a fault rate above 0: add one to the rates."
                                             : "The AUC on a logarithmic axis needs two fault rates above 0: add one to the rates.");
}

const char* name_of(AucAxis value) {
    switch (value) {
        case AucAxis::linear:
            return "linear";
        case AucAxis::log10:
            return "log";
    }
    return nullptr;
}

}  // namespace

std::string to_string(AucAxis axis) {
    return name_of(axis);
}

AucAxis auc_axis_from_string(const std::string& text) {
    if (const auto axis = value_named<AucAxis>(text, name_of)) return *axis;
    throw UsageError("'" + text + "' is not an axis for the AUC: choose " + names_of_all<AucAxis>(name_of) + ".");
}

bool has_auc(std::span<const double> rates, AucAxis axis) {
    return rates.size() >= first_above_zero(rates) + (axis == AucAxis::log10 ? 2 : 1);
}

double auc(double clean_accuracy, std::span<const double> rates, std::span<const double> accuracies, AucAxis axis) {
    check(rates, accuracies.size(), axis);
    const auto position = [axis](double rate) { return axis == AucAxis::log10 ? std::log10(rate) : rate; };
    std::size_t next = first_above_zero(rates);
    double x = 0;
    double y = clean_accuracy;
    if (axis == AucAxis::log10) {
        x = position(rates[next]);
        y = accuracies[next++];
    }
    const double start = x;
    double area = 0;
    for (; next < rates.size(); ++next) {
        const double next_x = position(rates[next]);
        area += (next_x - x) * (y + accuracies[next]) / 2;
        x = next_x;
        y = accuracies[next];
    }
    return area / (x - start);
}

std::vector<double> auc_weights(std::span<const double> rates, AucAxis axis) {
    std::vector<double> weights;
    for (std::size_t i = 0; i < rates.size(); ++i) {
        std::vector<double> only_this(rates.size(), 0.0);
        only_this[i] = 1;
        weights.push_back(rates[i] > 0 ? auc(0, rates, only_this, axis) : 0);
    }
    return weights;
}

std::vector<double> trial_aucs(double clean_accuracy, std::span<const double> rates, std::span<const std::vector<double>> accuracies,
                               AucAxis axis) {
    check(rates, accuracies.size(), axis);
    const std::size_t first = first_above_zero(rates);
    std::vector<double> areas;
    std::vector<double> of_trial(rates.size(), clean_accuracy);
    for (std::size_t trial = 0; trial < accuracies[first].size(); ++trial) {
        for (std::size_t i = first; i < rates.size(); ++i) {
            if (accuracies[i].size() != accuracies[first].size())
                throw std::invalid_argument("trial_aucs: every rate needs the same trials");
            of_trial[i] = accuracies[i][trial];
        }
        areas.push_back(auc(clean_accuracy, rates, of_trial, axis));
    }
    return areas;
}

}  // namespace clipscope
