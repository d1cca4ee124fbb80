#include "campaign/precise_point.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <utility>

namespace clipscope {
namespace {

constexpr std::int64_t first_trials = 10;   // in every stratum, before anything is known of it
constexpr std::int64_t first_images = 16;   // of these trials
constexpr std::int64_t fewest_images = 10;  // of any trial
constexpr std::int64_t most_images = 100;
constexpr double growth = 1.6;                  // of a stratum's trials in one round, at most
constexpr std::int64_t largest_step = 1 << 16;  // trials of a stratum in one round
constexpr double largest_share = 1e6, most_trials = 1e12;

// What is to be narrow: the only curve, or each pair of those that are compared.
template <typename OfOne, typename OfPair>
void for_each_target(std::size_t curves, OfOne&& of_one, OfPair&& of_pair) {
    if (curves == 1) return of_one();
    for (std::size_t second = 1; second < curves; ++second) of_pair(std::size_t(0), second);
    if (curves > 2) of_pair(std::size_t(1), std::size_t(2));
}

std::int64_t whole_trials(const SampledPoint& point, std::size_t stratum) {
    const auto& trials = point.trials[stratum];
    return std::distance(trials.begin(), trials.lower_bound(0));
}

}  // namespace

double fixed_cost_of_trial(std::uint64_t multiplications_per_image, double faults) {
    constexpr double trial = 150e3, fault = 3e3, image = 8e3, multiplications_at_once = 16;  // multiplications that take as long
    return (trial + fault * faults) / (image + double(multiplications_per_image) / multiplications_at_once);
}

PrecisePoint::PrecisePoint(SamplingDesign design, std::vector<CurveInfo> curves, const PointConditions& conditions,
                           const std::vector<double>& fault_free)
    : design_(std::move(design)),
      curves_(std::move(curves)),
      conditions_(conditions),
      samples_(curves_.size(), {design_, std::vector<std::map<int, SampledTrial>>(design_.strata.size())}),
      trials_(design_.strata.size(), 0),
      images_(design_.strata.size(), conditions.images > 0 ? conditions.images : first_images),
      are_images_chosen_(design_.strata.size(), conditions.images > 0) {
    for (std::size_t curve = 0; curve < curves_.size(); ++curve) {
        if (!fault_free.empty()) samples_[curve].design.fault_free = fault_free[curve];
        tallies_.emplace_back(samples_[curve].design, curves_[curve], conditions_.nonfinite);
    }
}

double PrecisePoint::half_width_now() const {
    double widest = 0;
    const auto take = [&](const StratifiedEstimate& estimate) { widest = std::max(widest, estimate.half_width()); };
    for_each_target(
        curves_.size(), [&] { take(tallies_[0].mean(TrialMeasure::accuracy)); },
        [&](std::size_t first, std::size_t second) {
            take(sampled_difference(samples_[first], curves_[first], samples_[second], curves_[second], conditions_.nonfinite));
        });
    return widest;
}

StratumSpread PrecisePoint::widest_spread(std::size_t stratum) const {
    StratumSpread widest;
    widest.half_width = -1;
    const auto take = [&](const StratumSpread& spread) {
        if (spread.half_width > widest.half_width) widest = spread;
    };
    for_each_target(
        curves_.size(), [&] { take(tallies_[0].spread(stratum)); },
        [&](std::size_t first, std::size_t second) {
            take(spread_of_difference(samples_[first], curves_[first], tallies_[first].spread(stratum), samples_[second], curves_[second],
                                      tallies_[second].spread(stratum), stratum, conditions_.nonfinite));
        });
    return widest;
}

void PrecisePoint::choose_images(std::size_t stratum, const StratumSpread& spread) {
    if (are_images_chosen_[stratum] || spread.trials < 2) return;
    are_images_chosen_[stratum] = true;
    if (spread.images >= double(conditions_.all_images)) return;
    const double between = spread.sd * spread.sd - spread.within_variance / std::max(spread.images, 1.0);
    // Where little is known, a variance of nothing is not believed.
    constexpr double least_share = 0.05;
    const double least_between = spread.sd * spread.sd * least_share;
    images_[stratum] =
        images_a_trial(std::max(between, least_between), spread.within_variance, conditions_.fixed_cost, fewest_images, most_images);
}

std::vector<StratumProgress> PrecisePoint::progress() {
    std::vector<StratumProgress> progress;
    for (std::size_t stratum = 0; stratum < trials_.size(); ++stratum) {
        const StratumSpread spread = widest_spread(stratum);
        choose_images(stratum, spread);
        progress.push_back({.weight = design_.measured_weight(stratum),
                            .trials = spread.trials,
                            .sd = spread.sd,
                            .half_width = spread.half_width,
                            .cost = conditions_.fixed_cost + double(images(stratum))});
    }
    return progress;
}

// Of all trials only those with faults tell anything, and whole trials are there already.
double PrecisePoint::needed(std::size_t stratum, std::int64_t faulty_trials) const {
    const double share = design_.strata[stratum].weight / std::max(design_.measured_weight(stratum), 1e-300);
    const double trials = double(faulty_trials - whole_trials(samples_.front(), stratum)) * std::min(share, largest_share);
    return std::min(trials, most_trials);
}

const std::vector<std::int64_t>& PrecisePoint::plan_round() {
    half_width_ = half_width_now();
    if (!std::exchange(is_begun_, true)) {
        // The clean point has a trial too, which costs nothing.
        for (std::size_t stratum = 0; stratum < trials_.size(); ++stratum)
            trials_[stratum] = design_.measured_weight(stratum) > 0 ? first_trials : stratum == 0 ? 1 : 0;
        return trials_;
    }
    is_done_ = half_width_ <= conditions_.half_width;
    if (is_done_) return trials_;
    const std::vector<std::int64_t> best = trials_for(progress(), conditions_.half_width);
    bool is_any_new = false;
    for (std::size_t stratum = 0; stratum < best.size(); ++stratum) {
        const std::int64_t now = trials_[stratum];
        if (now == 0) continue;
        const auto most = std::min(std::int64_t(std::ceil(double(now) * growth)) + first_trials, now + largest_step);
        trials_[stratum] = std::clamp(std::int64_t(std::ceil(needed(stratum, best[stratum]))), now, most);
        is_any_new |= trials_[stratum] > now;
    }
    if (is_any_new) return trials_;
    // The model thought that it was narrow enough.
    for (std::int64_t& trials : trials_)
        if (trials > 0) trials += trials / 8 + 1;
    return trials_;
}

std::vector<std::int64_t> PrecisePoint::predicted_trials() {
    const bool is_any_known =
        std::any_of(samples_.front().trials.begin(), samples_.front().trials.end(), [](const auto& trials) { return trials.size() > 1; });
    if (is_done_ || !is_any_known) return trials_;
    std::vector<std::int64_t> predicted = trials_for(progress(), conditions_.half_width);
    for (std::size_t stratum = 0; stratum < predicted.size(); ++stratum)
        predicted[stratum] = trials_[stratum] == 0 ? 0 : std::max(trials_[stratum], std::int64_t(needed(stratum, predicted[stratum])));
    return predicted;
}

double PrecisePoint::mean_cost(std::size_t stratum) const {
    const double weight = design_.strata[stratum].weight;
    return weight > 0 ? design_.measured_weight(stratum) / weight * (conditions_.fixed_cost + double(images(stratum))) : 0;
}

}  // namespace clipscope
