#include "statistics/trial_allocation.h"

#include <algorithm>
#include <cmath>

#include "statistics/confidence.h"

namespace clipscope {
namespace {

// How a stratum's interval narrows: one part with the root of the number of trials, what nobody has seen with the number itself.
class Narrowing {
public:
    explicit Narrowing(const StratumProgress& stratum) : spread_(normal_quantile_975 * stratum.sd) {
        const auto trials = double(std::max<std::int64_t>(stratum.trials, 1));
        unseen_ = std::max(stratum.half_width - spread_ / std::sqrt(trials), 0.0) * trials;
    }
    double half_width(std::int64_t trials) const {
        const auto n = double(std::max<std::int64_t>(trials, 1));
        return spread_ / std::sqrt(n) + unseen_ / n;
    }

private:
    double spread_;
    double unseen_;
};

double square(double x) {
    return x * x;
}

}  // namespace

std::vector<std::int64_t> trials_for(std::span<const StratumProgress> strata, double half_width) {
    constexpr std::int64_t most_trials = std::int64_t(1) << 40;
    std::vector<std::int64_t> trials;
    std::vector<Narrowing> narrowing;
    double left = 0;  // of the squared half-width
    const auto part = [&](std::size_t i, std::int64_t n) { return square(strata[i].weight * narrowing[i].half_width(n)); };
    for (std::size_t i = 0; i < strata.size(); ++i) {
        trials.push_back(std::max<std::int64_t>(strata[i].trials, 1));
        narrowing.emplace_back(strata[i]);
        left += part(i, trials[i]);
    }
    const auto step = [](std::int64_t n) { return std::max<std::int64_t>(n / 16, 1); };
    while (left > square(half_width)) {
        std::size_t best = 0;
        double best_gain = -1;
        for (std::size_t i = 0; i < strata.size(); ++i) {
            const double gain = (part(i, trials[i]) - part(i, trials[i] + step(trials[i]))) / (strata[i].cost * double(step(trials[i])));
            if (gain > best_gain) {
                best = i;
                best_gain = gain;
            }
        }
        if (!(best_gain > 0) || trials[best] > most_trials) break;
        left -= part(best, trials[best]);
        trials[best] += step(trials[best]);
        left += part(best, trials[best]);
    }
    for (std::size_t i = 0; i < strata.size(); ++i) trials[i] = std::max(trials[i], strata[i].trials);
    return trials;
}

std::int64_t images_a_trial(double between, double within, double fixed_cost, std::int64_t least, std::int64_t most) {
    if (within <= 0 || most <= least) return std::min(least, most);
    if (between <= 0) return most;
    return std::clamp<std::int64_t>(std::llround(std::sqrt(within / between * fixed_cost)), least, most);
}

}  // namespace clipscope
