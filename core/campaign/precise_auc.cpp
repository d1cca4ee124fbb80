#include "campaign/precise_auc.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <span>

#include "campaign/curve_auc.h"
#include "campaign/curve_groups.h"
#include "campaign/item_bytes.h"
#include "campaign/precise_point.h"
#include "campaign/sampled_json.h"
#include "evaluation/item_workers.h"
#include "faults/critical_bits.h"

namespace clipscope {
namespace {

// What trials of clipped networks vary by: between each other, and between their images. Only the number of images depends on it.
constexpr double usual_between = 0.002, usual_within = 0.1;
constexpr std::int64_t fewest_of_a_trial = 10, most_of_a_trial = 100;

constexpr double widest = 0.49;  // of a point: more would say nothing
constexpr double narrower = 0.85;

// A trial at one of the plan's rates, the same for every network measured by the plan.
struct DrawnTrial {
    std::size_t rate = 0;
    int number = 0;          // from 0 at each rate
    std::uint64_t name = 0;  // differs from all other trials' of the plan
    TrialFaults faults{};
    ImageSample sample{};  // none where trials run on all images
};

// Runs the trial on each network in turn; nothing where it was stopped. Called and owned by one worker.
using RunTrial = std::function<std::optional<std::vector<SampledTrial>>(const DrawnTrial& trial, const std::stop_token& stop)>;

struct MeasuredNetworks {
    std::vector<Outcome> clean;
    std::function<RunTrial()> make_runner;
    std::function<bool()> release_memory;  // as in item_workers.h
};

// How the points of one plan are sampled: a function of the plan alone.
struct RateSampling {
    double weight = 0;
    std::int64_t images = 0;  // a trial
    double half_width = 0;    // wanted at first
    double fixed_cost = 0;
};

// Trials grow with the inverse of a point's width where hardly anything is seen to vary, so the widths that cost least are those in
// proportion to the cube root of cost / weight².
std::vector<RateSampling> sampling_of(const AucPlan& plan, std::int64_t bits, std::int64_t all_images) {
    const AucPrecision& precision = *plan.precision;
    const std::vector<double> weights = auc_weights(plan.rates, plan.axis);
    std::vector<RateSampling> sampling;
    double squares = 0;
    for (std::size_t rate = 0; rate < plan.rates.size(); ++rate) {
        RateSampling one{.weight = weights[rate]};
        one.fixed_cost = fixed_cost_of_trial(precision.multiplications_per_image, plan.rates[rate] * double(bits));
        one.images =
            precision.takes_samples
                ? std::min(images_a_trial(usual_between, usual_within, one.fixed_cost, fewest_of_a_trial, most_of_a_trial), all_images)
                : all_images;
        one.half_width = one.weight > 0 ? std::cbrt((one.fixed_cost + double(one.images)) / (one.weight * one.weight)) : 0;
        squares += one.weight * one.half_width * one.weight * one.half_width;
        sampling.push_back(one);
    }
    for (RateSampling& one : sampling)
        one.half_width = one.weight > 0 ? std::min(one.half_width * precision.half_width / std::sqrt(squares), widest) : widest;
    return sampling;
}

CampaignInfo info_of(const AucPlan& plan, std::int64_t images) {
    CampaignInfo info;
    info.images = images;
    info.nonfinite = plan.nonfinite;
    info.rates = plan.rates;
    return info;
}

using TrialsOfRate = std::vector<SampledTrial>;  // by number

// One network on its way to the wanted width.
class PreciseAuc {
public:
    PreciseAuc(const AucPlan& plan, std::span<const RateSampling> sampling, const Outcome& clean, std::int64_t bits)
        : plan_(plan), sampling_(sampling), info_(info_of(plan, clean.images)) {
        curve_.clean = clean;
        curve_.bits = bits;
        for (std::size_t rate = 0; rate < plan.rates.size(); ++rate) {
            SamplingDesign design;
            design.fault_free = fault_free_probability(plan.rates[rate], bits);
            design.right_images = std::int64_t(plan.precision->right.size());
            const PointConditions conditions{.half_width = sampling[rate].half_width,
                                             .nonfinite = plan.nonfinite,
                                             .fixed_cost = sampling[rate].fixed_cost,
                                             .all_images = clean.images,
                                             .takes_samples = plan.precision->takes_samples,
                                             .images = sampling[rate].images};
            points_.emplace_back(design, std::vector<CurveInfo>{curve_}, conditions);
            points_.back().plan_round();
        }
    }

    // Of these all that it asked for, until it needs trials that are not there or is known well enough.
    void take(const std::vector<TrialsOfRate>& trials) {
        while (!is_done_) {
            bool waits = false;
            for (std::size_t rate = 0; rate < points_.size(); ++rate) {
                while (take_at(rate, trials[rate]) && !points_[rate].is_done()) points_[rate].plan_round();
                waits |= !points_[rate].is_done();
            }
            if (waits) return;
            is_done_ = half_width() <= plan_.precision->half_width;
            if (is_done_) return;
            for (PrecisePoint& point : points_) {
                point.narrow(narrower);
                point.plan_round();
            }
        }
    }

    // The trials at a rate that it waits for.
    std::int64_t wanted(std::size_t rate) const { return points_[rate].planned().front(); }
    bool is_done() const { return is_done_; }
    double half_width() const {
        const Interval interval = area().ci95;
        return (interval.high - interval.low) / 2;
    }

    MeasuredAuc measured() const {
        const AccuracyCurve curve = this->curve();
        const CurveAuc area = curve_auc(curve, info_, plan_.axis).value();
        MeasuredAuc measured;
        measured.clean_accuracy = accuracy(curve_.clean, plan_.nonfinite);
        measured.auc = area.auc;
        measured.ci95 = area.ci95;
        double variance = 0;
        for (std::size_t rate = 0; rate < points_.size(); ++rate) {
            const SampledPoint& point = points_[rate].samples(0);
            measured.accuracies.push_back(std::clamp(sampled_mean(point, curve_, TrialMeasure::accuracy, plan_.nonfinite).mean, 0.0, 1.0));
            AucTrials of_rate{.weight = sampling_[rate].weight, .values = {}};
            for (const auto& [number, trial] : point.trials.front()) {
                of_rate.values.push_back(sampled_value(trial, point.design, curve_, TrialMeasure::accuracy, plan_.nonfinite));
                measured.image_evaluations += trial.images();
            }
            measured.rate_trials.push_back(std::move(of_rate));
            const StratumSpread spread = tally_of(point, curve_, plan_.nonfinite).spread(0);
            const double share = sampling_[rate].weight * point.design.measured_weight(0);
            if (spread.trials > 0) variance += share * share * spread.sd * spread.sd / double(spread.trials);
        }
        measured.standard_error = std::sqrt(variance);
        return measured;
    }

private:
    // Whether all that the point asked for are there.
    bool take_at(std::size_t rate, const TrialsOfRate& trials) {
        PrecisePoint& point = points_[rate];
        const auto wanted = std::size_t(point.planned().front());
        for (std::size_t number = point.samples(0).trials.front().size(); number < std::min(wanted, trials.size()); ++number)
            point.add(0, 0, int(number), trials[number]);
        return wanted <= trials.size();
    }

    AccuracyCurve curve() const {
        AccuracyCurve curve;
        curve.info = curve_;
        for (const PrecisePoint& point : points_) curve.sampled.push_back(point.samples(0));
        return curve;
    }
    CurveAuc area() const { return curve_auc(curve(), info_, plan_.axis).value(); }

    const AucPlan& plan_;
    const std::span<const RateSampling> sampling_;
    const CampaignInfo info_;
    CurveInfo curve_;
    std::vector<PrecisePoint> points_;  // by rate
    bool is_done_ = false;
};

std::string trials_bytes(const std::vector<SampledTrial>& trials) {
    auto json = nlohmann::ordered_json::array();
    for (const SampledTrial& trial : trials) json.push_back(sample_json(trial));
    return to_bytes(json);
}

std::vector<SampledTrial> trials_of(const std::string& bytes) {
    std::vector<SampledTrial> trials;
    for (const auto& trial : from_bytes(bytes)) trials.push_back(read_sample(trial));
    return trials;
}

// All networks under the same trials.
class Measurement {
public:
    Measurement(const MeasuredNetworks& networks, const Network& network, const AucPlan& plan)
        : networks_(networks),
          network_(network),
          plan_(plan),
          bits_(fault_bits(plan.scope.layers, network.memory_parts())),
          sampling_(sampling_of(plan, bits_, networks.clean.front().images)),
          trials_(networks.clean.size(), std::vector<TrialsOfRate>(plan.rates.size())) {
        for (const Outcome& clean : networks.clean) aucs_.emplace_back(plan, sampling_, clean, bits_);
    }

    // False where it was stopped.
    bool run(int threads, const PreciseAucObserver& observer, const std::stop_token& stop) {
        for (;;) {
            const std::vector<DrawnTrial> round = next_round();
            if (round.empty()) return true;
            if (!run_round(round, threads, stop)) return false;
            for (std::size_t i = 0; i < aucs_.size(); ++i) aucs_[i].take(trials_[i]);
            if (observer) observer(std::int64_t(round.size()), half_width());
            if (plan_.precision->is_time_over && plan_.precision->is_time_over()) return true;
        }
    }

    std::vector<MeasuredAuc> measured() const {
        std::vector<MeasuredAuc> measured;
        for (const PreciseAuc& one : aucs_) measured.push_back(one.measured());
        return measured;
    }

private:
    double half_width() const {
        double widest_now = 0;
        for (const PreciseAuc& one : aucs_) widest_now = std::max(widest_now, one.half_width());
        return widest_now;
    }

    std::vector<DrawnTrial> next_round() const {
        std::vector<DrawnTrial> round;
        for (std::size_t rate = 0; rate < plan_.rates.size(); ++rate) {
            std::int64_t wanted = 0;
            for (const PreciseAuc& one : aucs_)
                if (!one.is_done()) wanted = std::max(wanted, one.wanted(rate));
            for (auto number = std::int64_t(trials_.front()[rate].size()); number < wanted; ++number)
                round.push_back({.rate = rate, .number = int(number)});
        }
        // The costly ones first, so that no worker waits for the last of them.
        std::stable_sort(round.begin(), round.end(), [](const auto& first, const auto& second) { return first.rate > second.rate; });
        return round;
    }

    void draw(DrawnTrial& trial) const {
        const double rate = plan_.rates[trial.rate];
        const Stratum all;
        const auto number = std::uint64_t(trial.number);
        trial.name = trial_key(plan_.seed, rate, all, number);
        trial.faults = draw_in_stratum(plan_.seed, rate, all, number, network_.memory_parts(), plan_.scope.layers, {});
        if (plan_.precision->takes_samples)
            trial.sample =
                draw_images(plan_.seed, trial.name, plan_.precision->right, plan_.precision->others, sampling_[trial.rate].images);
    }

    bool run_round(const std::vector<DrawnTrial>& round, int threads, const std::stop_token& stop) {
        std::vector<std::vector<SampledTrial>> results(round.size());
        const auto make_task = [&]() -> ItemTask {
            return [&, run = networks_.make_runner()](std::size_t item, const std::stop_token& stopped) {
                DrawnTrial trial = round[item];
                draw(trial);
                if (auto result = run(trial, stopped)) results[item] = std::move(*result);
            };
        };
        const ItemExchange exchange{.take = [&](std::size_t item) { return trials_bytes(results[item]); },
                                    .put = [&](std::size_t item, const std::string& bytes) { results[item] = trials_of(bytes); },
                                    .is_for_all = true};
        run_items({round.size(), make_task, networks_.release_memory, plan_.team, exchange}, threads, stop);
        if (stop.stop_requested()) return false;
        for (std::size_t item = 0; item < round.size(); ++item)
            for (std::size_t i = 0; i < aucs_.size(); ++i) trials_[i][round[item].rate].push_back(results[item][i]);
        return true;
    }

    const MeasuredNetworks& networks_;
    const Network& network_;
    const AucPlan& plan_;
    const std::int64_t bits_;
    const std::vector<RateSampling> sampling_;
    std::vector<PreciseAuc> aucs_;
    std::vector<std::vector<TrialsOfRate>> trials_;  // by network and rate
};

std::optional<std::vector<MeasuredAuc>> measure(const MeasuredNetworks& networks, const Network& network, const AucPlan& plan, int threads,
                                                const PreciseAucObserver& observer, const std::stop_token& stop) {
    Measurement measurement(networks, network, plan);
    if (!measurement.run(threads, observer, stop)) return std::nullopt;
    return measurement.measured();
}

}  // namespace

std::optional<MeasuredAuc> measure_precise_auc(const Evaluator& evaluator, const AucPlan& plan, int threads,
                                               const PreciseAucObserver& observer, std::stop_token stop) {
    MeasuredNetworks networks{
        .clean = {evaluator.clean()}, .make_runner = {}, .release_memory = [&] { return evaluator.release_memory(); }};
    networks.make_runner = [&]() -> RunTrial {
        return [&, runner = std::make_shared<TrialRunner>(evaluator)](
                   const DrawnTrial& trial, const std::stop_token& stopped) -> std::optional<std::vector<SampledTrial>> {
            const double rate = plan.rates[trial.rate];
            const std::int64_t faults = trial.faults.count_below(rate);
            if (plan.precision->takes_samples) {
                const auto outcome = runner->run_sample(trial.faults, rate, trial.sample, stopped);
                return outcome ? std::optional(std::vector<SampledTrial>{{faults, *outcome}}) : std::nullopt;
            }
            const auto outcome = runner->run(trial.faults, rate, stopped);
            if (!outcome) return std::nullopt;
            return std::vector<SampledTrial>{{faults, whole_outcome(*outcome, evaluator.clean())}};
        };
    };
    const auto measured = measure(networks, evaluator.network(), plan, threads, observer, stop);
    return measured ? std::optional(measured->front()) : std::nullopt;
}

std::optional<std::vector<MeasuredAuc>> measure_precise_aucs(ThresholdEvaluator& evaluator, const AucPlan& plan, int threads,
                                                             const PreciseAucObserver& observer, std::stop_token stop) {
    MeasuredNetworks networks{.clean = {}, .make_runner = {}, .release_memory = [&] { return evaluator.release_memory(); }};
    for (std::size_t i = 0; i < evaluator.thresholds().size(); ++i) networks.clean.push_back(evaluator.clean(i));
    networks.make_runner = [&]() -> RunTrial {
        return [&, runner = std::make_shared<ThresholdRunner>(evaluator)](
                   const DrawnTrial& trial, const std::stop_token& stopped) -> std::optional<std::vector<SampledTrial>> {
            const double rate = plan.rates[trial.rate];
            const std::int64_t faults = trial.faults.count_below(rate);
            std::vector<SampledTrial> trials;
            if (plan.precision->takes_samples) {
                const auto outcomes = runner->run_sample(trial.name, trial.faults, rate, trial.sample, stopped);
                if (!outcomes) return std::nullopt;
                for (const SampledOutcome& outcome : *outcomes) trials.push_back({faults, outcome});
                return trials;
            }
            const auto outcomes = runner->run(trial.name, trial.faults, rate, stopped);
            if (!outcomes) return std::nullopt;
            for (std::size_t i = 0; i < outcomes->size(); ++i)
                trials.push_back({faults, whole_outcome((*outcomes)[i], evaluator.clean(i))});
            return trials;
        };
    };
    return measure(networks, evaluator.network(), plan, threads, observer, stop);
}

}  // namespace clipscope
