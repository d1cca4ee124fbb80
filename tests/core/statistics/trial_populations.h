// Populations of trials with a known mean, for simulations of what intervals cover: mostly clean with a few dead, all alike, two peaks,
// little spread, and networks whose accuracy is decided by the faulty bits of a critical class. Fixed seeds give the same values
// everywhere.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

// SplitMix64 (Steele, Lea, Flood, 2014): the standard library's distributions differ between implementations.
class TestRandom {
public:
    explicit TestRandom(std::uint64_t seed) : state_(seed) {}

    double uniform() {
        std::uint64_t z = state_ += 0x9e3779b97f4a7c15;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
        z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
        return double((z ^ (z >> 31)) >> 11) * 0x1p-53;
    }
    double normal() { return std::sqrt(-2 * std::log(1 - uniform())) * std::cos(2 * 3.14159265358979323846 * uniform()); }
    // How many of so many bits are faulty; few are expected.
    int binomial(double bits, double rate) {
        double probability = std::exp(bits * std::log1p(-rate));
        int count = 0;
        for (double left = uniform(); left > probability && count < 1000; ++count) {
            left -= probability;
            probability *= (bits - count) / (count + 1) * rate / (1 - rate);
        }
        return count;
    }

private:
    std::uint64_t state_;
};

struct DrawnTrial {
    double value = 0;  // a fraction
    bool is_fault_free = false;
};

struct TrialPopulation {
    std::string name;
    double mean = 0;
    std::function<DrawnTrial(TestRandom&)> draw;
    std::optional<double> fault_free{};  // known probability of a trial without a fault
    double clean = 0;                    // its value
    double low = 0;                      // what values can be
};

// `dead_share` of the trials have the accuracy `dead`, the others about `alive`.
inline TrialPopulation two_kinds(const std::string& name, double alive, double spread, double dead_share, double dead, double dead_spread) {
    const auto draw = [=](TestRandom& random) {
        const bool is_dead = random.uniform() < dead_share;
        return DrawnTrial{is_dead ? dead + dead_spread * random.normal() : alive + spread * random.normal(), false};
    };
    return {name, dead_share * dead + (1 - dead_share) * alive, draw};
}

// The bundled AlexNet's like (method.md, "Estimates": a trial's sd is 0.106, 0.196, 0.224, 0.088 at 1e-7, 5e-7, 1e-6, 5e-6): every faulty
// bit of a critical class leaves a uniform share of what is left of the accuracy above chance.
inline constexpr double critical_bits = 1.07e6;
inline constexpr double chance = 0.1;
inline constexpr double gain = 0.58;

inline double damaged(int critical_faults, TestRandom& random) {
    double left = gain;
    for (int i = 0; i < critical_faults; ++i) left *= random.uniform();
    return chance + left;
}

inline TrialPopulation alexnet(double rate) {
    const auto draw = [=](TestRandom& random) { return DrawnTrial{damaged(random.binomial(critical_bits, rate), random), false}; };
    char name[64];
    std::snprintf(name, sizeof name, "critical class at %.0e", rate);
    return {name, chance + gain * std::pow(1 - rate / 2, critical_bits), draw};
}

// A small layer: `bits` in scope, of which a share is critical, so that trials without any fault are known to be common.
inline TrialPopulation small_layer(double bits, double critical_share, double rate) {
    const auto draw = [=](TestRandom& random) {
        const int critical = random.binomial(bits * critical_share, rate);
        const int others = random.binomial(bits * (1 - critical_share), rate);
        return DrawnTrial{damaged(critical, random), critical + others == 0};
    };
    char name[64];
    std::snprintf(name, sizeof name, "%.2g faults expected, %.0f %% critical", bits * rate, critical_share * 100);
    return {name, chance + gain * std::pow(1 - rate / 2, bits * critical_share), draw, std::exp(bits * std::log1p(-rate)), chance + gain};
}

// Of the AUCs of whole trials at nested faults: five rates up to the one where most is lost.
inline TrialPopulation auc_of_trials() {
    constexpr double rates[] = {0.2, 0.4, 0.6, 0.8, 1.0};
    constexpr double faults_at_most = 2;
    const auto draw = [=](TestRandom& random) {
        double accuracy[5] = {gain, gain, gain, gain, gain};
        for (int count = random.binomial(critical_bits, faults_at_most / critical_bits); count > 0; --count) {
            const double mark = random.uniform(), harm = random.uniform();
            for (int i = 0; i < 5; ++i)
                if (mark < rates[i]) accuracy[i] *= harm;
        }
        double area = 0;
        for (int i = 0; i < 5; ++i) area += 0.2 * ((i == 0 ? gain : accuracy[i - 1]) + accuracy[i]) / 2;
        return DrawnTrial{chance + area, false};
    };
    double area = 0;
    double before = gain;
    for (const double rate : rates) {
        const double after = gain * std::pow(1 - faults_at_most * rate / critical_bits / 2, critical_bits);
        area += 0.2 * (before + after) / 2;
        before = after;
    }
    return {"AUC of whole trials", chance + area, draw};
}

inline std::vector<TrialPopulation> trial_populations() {
    std::vector<TrialPopulation> all = {
        two_kinds("all alike", 0.93, 0, 0, 0, 0),
        two_kinds("clean, 0.2 % dead", 0.72, 0, 0.002, 0.1, 0),
        two_kinds("clean, 1 % dead", 0.72, 0, 0.01, 0.1, 0),
        two_kinds("clean, 3 % dead", 0.72, 0, 0.03, 0.1, 0),
        two_kinds("clean, 10 % dead", 0.72, 0, 0.1, 0.1, 0),
        two_kinds("clean, 25 % dead", 0.72, 0, 0.25, 0.1, 0),
        two_kinds("little spread, 1 % all wrong", 0.93, 0.004, 0.01, 0, 0),
        two_kinds("little spread, 10 % all wrong", 0.93, 0.004, 0.1, 0, 0),
        two_kinds("two peaks, half dead", 0.72, 0, 0.5, 0.1, 0),
        two_kinds("two broad peaks", 0.72, 0.03, 0.5, 0.2, 0.05),
        two_kinds("two peaks, 80 % dead", 0.72, 0, 0.8, 0.1, 0),
        two_kinds("little spread", 0.7, 0.01, 0, 0, 0),
        two_kinds("very little spread", 0.7, 0.002, 0, 0, 0),
        two_kinds("SDC, 2 % of the trials", 0, 0, 0.02, 0.9, 0),
        two_kinds("SDC, 10 % of the trials", 0, 0, 0.1, 0.6, 0.1),
        {"uniform", 0.5,
         [](TestRandom& random) {
             return DrawnTrial{random.uniform(), false};
         }},
        auc_of_trials(),
    };
    for (const double rate : {1e-7, 5e-7, 1e-6, 5e-6}) all.push_back(alexnet(rate));
    for (const double faults : {0.02, 0.3, 2.0})
        for (const double critical_share : {0.02, 0.4}) all.push_back(small_layer(1e6, critical_share, faults * 1e-6));
    TrialPopulation paired = two_kinds("differences of pairs", 0, 0, 0.1, 0.5, 0.03);
    paired.low = -1;
    all.push_back(paired);
    return all;
}
