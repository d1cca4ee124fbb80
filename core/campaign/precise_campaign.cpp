#include "campaign/precise_campaign.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <iterator>
#include <map>
#include <memory>
#include <mutex>
#include <set>

#include "campaign/bit_pilot.h"
#include "common/error.h"
#include "common/number_text.h"
#include "evaluation/item_workers.h"
#include "evaluation/memory_signs.h"
#include "evaluation/worker_threads.h"
#include "statistics/trial_allocation.h"

namespace clipscope {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int first_trials = 10;               // in every stratum, before anything is known of it
constexpr std::int64_t images_at_first = 16;      // of these trials
constexpr std::int64_t fewest_images = 10;     // of any trial
constexpr std::int64_t most_images = 100;
constexpr std::int64_t images_at_once = 96;    // of trials that share passes: products take 24 or 48 rows at a time
constexpr double growth = 1.6;                 // of a stratum's trials in one round, at most
constexpr std::int64_t largest_step = 1 << 16; // trials of a stratum in one round

double seconds_since(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

SampledOutcome whole_outcome(const Outcome& faulty, const Outcome& clean) {
    SampledOutcome outcome;
    outcome.right = faulty;
    outcome.clean_right = clean;
    return outcome;
}

// Curves with faults in the same parts of the memory: they share faults, images and all that decides about them.
struct CurveGroup {
    std::vector<std::size_t> curves;  // the first is the one that the others are compared with
    CriticalBits critical;
    std::vector<std::int64_t> right, others;  // images, as the first curve's clean network answers them
};

// One stratum of one point of a group.
struct StratumPlan {
    std::int64_t trials = 0;  // that have run, or will before anything else is decided
    std::int64_t images = images_at_first;
    bool are_images_chosen = false;
};

struct GroupPoint {
    std::size_t group = 0;
    std::size_t rate = 0;
    SamplingDesign design;
    std::vector<StratumPlan> strata;
    std::vector<SampledPoint> samples;  // by the group's curves
    double half_width = 1;              // reached: the widest of those that are to be narrow
    bool is_done = false;
};

class PreciseCampaign {
public:
    PreciseCampaign(const JobInputs& inputs, const CampaignSettings& settings, const PrecisionSettings& precision,
                    std::span<const CampaignCurve> curves, const EventSink& sink)
        : inputs_(inputs),
          parts_(inputs.network->memory_parts()),
          settings_(settings),
          precision_(precision),
          curves_(curves),
          sink_(sink),
          started_(Clock::now()) {}

    void run(const CampaignStarted& campaign, const std::stop_token& stop) {
        if (!prepare(campaign, stop)) return;
        for (;;) {
            const std::vector<Item> items = next_round();
            if (items.empty()) break;
            if (!run_round(items, stop)) return;
            if (precision_.at_most_seconds > 0 && seconds_since(started_) > precision_.at_most_seconds && !all_done()) {
                tell_of_time();
                break;
            }
        }
    }

    std::optional<PrecisionPlan> plan(const CampaignStarted& campaign, const std::stop_token& stop) {
        if (!prepare(campaign, stop)) return std::nullopt;
        constexpr int rounds_looked_at = 2;
        for (int round = 0; round < rounds_looked_at; ++round)
            if (const std::vector<Item> items = next_round(); !items.empty() && !run_round(items, stop)) return std::nullopt;
        return predict(stop);
    }

    // Whole trials as they come: each is one of its stratum too.
    void take_whole(const TrialFinished& finished) { whole_.push_back(finished); }
    // Those that were known are not sent again.
    void take_known_whole() {
        if (!precision_.known_whole) return;
        for (std::size_t curve = 0; curve < curves_.size(); ++curve)
            for (std::size_t rate = 0; rate < settings_.rates.size(); ++rate)
                for (int trial = 0; trial < settings_.trials; ++trial)
                    if (const auto known = precision_.known_whole(curve, rate, trial))
                        whole_.push_back({int(curve), int(rate), trial, *known});
    }

private:
    struct Item {
        std::size_t point = 0;
        std::size_t stratum = 0;
        int trial = 0;
    };

    bool prepare(const CampaignStarted& campaign, const std::stop_token& stop) {
        for (const CurveInfo& info : campaign.curves) infos_.push_back(info);
        make_groups();
        if (!find_critical_bits(stop)) return false;
        for (std::size_t group = 0; group < groups_.size(); ++group)
            for (std::size_t rate = 0; rate < settings_.rates.size(); ++rate) add_point(group, rate);
        add_whole_trials();
        return true;
    }

    const Evaluator& evaluator_of(const CurveGroup& group) const { return *curves_[group.curves.front()].evaluator; }

    void make_groups() {
        std::map<std::vector<std::size_t>, std::size_t> of_scope;
        for (std::size_t curve = 0; curve < curves_.size(); ++curve) {
            const auto [known, is_new] = of_scope.try_emplace(curves_[curve].scope.layers, groups_.size());
            if (is_new) groups_.emplace_back();
            groups_[known->second].curves.push_back(curve);
        }
        for (CurveGroup& group : groups_) {
            group.right = evaluator_of(group).images_answered(true);
            group.others = evaluator_of(group).images_answered(false);
        }
    }

    // Passes of whole chunks on the CPU cost a pilot more than it could save.
    bool has_pilot() const { return curves_.front().evaluator->can_sample() || !curves_.front().evaluator->is_exact(); }

    bool find_critical_bits(const std::stop_token& stop) {
        if (!has_pilot()) return true;
        std::set<std::size_t> parts;
        for (const CampaignCurve& curve : curves_) parts.insert(curve.scope.layers.begin(), curve.scope.layers.end());
        const std::vector<std::size_t> all(parts.begin(), parts.end());
        std::vector<std::size_t> unknown;
        std::copy_if(all.begin(), all.end(), std::back_inserter(unknown), [&](std::size_t part) {
            return std::none_of(precision_.known_pilot.cells.begin(), precision_.known_pilot.cells.end(),
                                [&](const PilotCell& cell) { return cell.layer == parts_[part].name; });
        });
        const MemorySigns signs = memory_signs(*inputs_.network, all);
        const PilotSettings settings{.threads = settings_.threads, .progress = [&](std::int64_t done, std::int64_t total) {
                                         sink_(Progress{done, total, -1, "pilot · which bits are critical"});
                                     }};
        const auto pilot = run_bit_pilot(*curves_.front().evaluator, unknown, signs, settings, stop);
        if (!pilot) return false;
        pilot_ = joined(precision_.known_pilot, *pilot);
        sink_(BitsPiloted{pilot_});
        for (CurveGroup& group : groups_) {
            const std::vector<std::size_t>& scope = curves_[group.curves.front()].scope.layers;
            group.critical = CriticalBits(parts_, scope, signs, choose_critical_cells(pilot_, parts_, scope));
        }
        return true;
    }

    void add_point(std::size_t group_index, std::size_t rate) {
        const CurveGroup& group = groups_[group_index];
        GroupPoint point{.group = group_index, .rate = rate, .design = {}, .strata = {}, .samples = {}};
        const double probability = settings_.rates[rate];
        point.design = {.strata = choose_strata(group.critical.count(), probability),
                        .critical_bits = group.critical.count(),
                        .fault_free = fault_free_probability(probability, infos_[group.curves.front()].bits),
                        .right_images = std::int64_t(group.right.size())};
        point.strata.resize(point.design.strata.size());
        const SampledPoint none{point.design, std::vector<std::map<int, SampledTrial>>(point.design.strata.size())};
        point.samples.assign(group.curves.size(), none);
        for (const std::size_t curve : group.curves) sink_(PointDesigned{int(curve), int(rate), point.design});
        points_.push_back(std::move(point));
    }

    // The bits of the class that are faulty in a whole trial say which stratum it is one of.
    void add_whole_trials() {
        for (const TrialFinished& whole : whole_) {
            for (GroupPoint& point : points_) {
                const CurveGroup& group = groups_[point.group];
                const auto place = std::find(group.curves.begin(), group.curves.end(), std::size_t(whole.curve));
                if (point.rate != std::size_t(whole.rate_index) || place == group.curves.end()) continue;
                const TrialFaults faults = draw_trial_faults(settings_.seed, std::uint64_t(whole.trial), parts_,
                                                             curves_[std::size_t(whole.curve)].scope.layers, settings_.rates[point.rate]);
                const std::size_t stratum = stratum_of(point.design.strata, group.critical.count_in(faults, settings_.rates[point.rate]));
                const SampledTrial trial{whole.result.faults, whole_outcome(whole.result.outcome, infos_[std::size_t(whole.curve)].clean)};
                point.samples[std::size_t(place - group.curves.begin())].trials[stratum].emplace(number_of_whole(whole.trial), trial);
                sink_(SampledTrialFinished{whole.curve, whole.rate_index, int(stratum), number_of_whole(whole.trial), trial});
            }
        }
    }

    // What is to be narrow: each curve of its own, or each pair of curves that are compared.
    template <typename OfOne, typename OfPair>
    void for_each_target(const GroupPoint& point, OfOne&& of_one, OfPair&& of_pair) const {
        const std::size_t curves = point.samples.size();
        if (curves == 1) return of_one(std::size_t(0));
        for (std::size_t second = 1; second < curves; ++second) of_pair(std::size_t(0), second);
        if (curves > 2) of_pair(std::size_t(1), std::size_t(2));
    }

    const CurveInfo& info_of(const GroupPoint& point, std::size_t place) const { return infos_[groups_[point.group].curves[place]]; }

    double half_width_of(const GroupPoint& point) const {
        double widest = 0;
        for_each_target(
            point,
            [&](std::size_t one) {
                widest = sampled_mean(point.samples[one], info_of(point, one), TrialMeasure::accuracy, settings_.nonfinite).half_width();
            },
            [&](std::size_t first, std::size_t second) {
                const double width = sampled_difference(point.samples[first], info_of(point, first), point.samples[second],
                                                        info_of(point, second), settings_.nonfinite)
                                         .half_width();
                widest = std::max(widest, width);
            });
        return widest;
    }

    // Of the target that is widest in this stratum.
    StratumSpread spread_in(const GroupPoint& point, std::size_t stratum) const {
        StratumSpread widest{.trials = -1, .half_width = -1};
        const auto take = [&](const StratumSpread& spread) {
            if (spread.half_width > widest.half_width) widest = spread;
        };
        for_each_target(
            point, [&](std::size_t one) { take(spread_of(point.samples[one], stratum, info_of(point, one), settings_.nonfinite)); },
            [&](std::size_t first, std::size_t second) {
                take(spread_of_difference(point.samples[first], info_of(point, first), point.samples[second], info_of(point, second), stratum,
                                          settings_.nonfinite));
            });
        return widest;
    }

    // What a trial costs beside its images, in images. A model and no measurement, because what runs must not depend on the clock: a trial
    // has costs of its own for every step and every faulty bit, an image costs what it multiplies.
    double fixed_cost(const GroupPoint& point) const {
        const Evaluator& evaluator = evaluator_of(groups_[point.group]);
        const double faults = settings_.rates[point.rate] * double(infos_[groups_[point.group].curves.front()].bits);
        constexpr double trial = 150e3, fault = 3e3, image = 8e3;  // multiplications that take as long
        return (trial + fault * faults) / (image + double(evaluator.multiplications_per_image()) / 16);
    }

    std::int64_t all_images() const { return curves_.front().evaluator->clean().images; }
    bool samples_images() const { return curves_.front().evaluator->can_sample(); }

    void choose_images(GroupPoint& point, std::size_t stratum, const StratumSpread& spread) const {
        StratumPlan& plan = point.strata[stratum];
        if (plan.are_images_chosen || spread.trials < 2) return;
        plan.are_images_chosen = true;
        if (spread.images >= double(all_images())) return;
        const double between = spread.sd * spread.sd - spread.within_variance / std::max(spread.images, 1.0);
        // Where little is known, a variance of nothing is not believed.
        const double least_between = spread.sd * spread.sd * 0.05;
        plan.images = images_a_trial(std::max(between, least_between), spread.within_variance, fixed_cost(point), fewest_images, most_images);
    }

    std::vector<Item> next_round() {
        std::vector<Item> items;
        for (std::size_t i = 0; i < points_.size(); ++i) {
            GroupPoint& point = points_[i];
            if (point.is_done) continue;
            const std::vector<std::int64_t> wanted = next_trials(point);
            for (std::size_t stratum = 0; stratum < wanted.size(); ++stratum) {
                for (std::int64_t trial = point.strata[stratum].trials; trial < wanted[stratum]; ++trial)
                    items.push_back({i, stratum, int(trial)});
                point.strata[stratum].trials = wanted[stratum];
            }
        }
        // All points grow at the same pace.
        std::stable_sort(items.begin(), items.end(), [](const Item& first, const Item& second) { return first.trial < second.trial; });
        return items;
    }

    // How many trials each stratum should have after the next round; as many as now where the point is done.
    std::vector<std::int64_t> next_trials(GroupPoint& point) {
        std::vector<std::int64_t> wanted;
        if (std::all_of(point.strata.begin(), point.strata.end(), [](const StratumPlan& stratum) { return stratum.trials == 0; })) {
            point.half_width = half_width_of(point);
            for (std::size_t stratum = 0; stratum < point.strata.size(); ++stratum)
                wanted.push_back(point.design.measured_weight(stratum) > 0 ? first_trials : stratum == 0 ? 1 : 0);
            return wanted;
        }
        for (const StratumPlan& stratum : point.strata) wanted.push_back(stratum.trials);
        point.half_width = half_width_of(point);
        point.is_done = point.half_width <= precision_.half_width;
        if (point.is_done) return wanted;
        const std::vector<std::int64_t> best = trials_for(progress_of(point), precision_.half_width);
        bool is_any_new = false;
        for (std::size_t stratum = 0; stratum < best.size(); ++stratum) {
            const std::int64_t now = point.strata[stratum].trials;
            if (now == 0) continue;
            // Of all trials only those with faults tell anything.
            const double share = point.design.strata[stratum].weight / std::max(point.design.measured_weight(stratum), 1e-300);
            const double needed = (double(best[stratum]) - double(whole_in(point, stratum))) * std::min(share, 1e6);
            const auto most = std::min(std::int64_t(std::ceil(double(now) * growth)) + first_trials, now + largest_step);
            wanted[stratum] = std::clamp(std::int64_t(std::ceil(std::min(needed, 1e12))), now, most);
            is_any_new |= wanted[stratum] > now;
        }
        if (!is_any_new)  // the model thought that it was narrow enough
            for (std::size_t stratum = 0; stratum < wanted.size(); ++stratum)
                if (wanted[stratum] > 0) wanted[stratum] += wanted[stratum] / 8 + 1;
        return wanted;
    }

    std::vector<StratumProgress> progress_of(GroupPoint& point) {
        std::vector<StratumProgress> progress;
        const double fixed = fixed_cost(point);
        for (std::size_t stratum = 0; stratum < point.strata.size(); ++stratum) {
            const StratumSpread spread = spread_in(point, stratum);
            choose_images(point, stratum, spread);
            const double images = samples_images() ? double(point.strata[stratum].images) : double(all_images());
            progress.push_back({.weight = point.design.measured_weight(stratum),
                                .trials = spread.trials,
                                .sd = spread.sd,
                                .half_width = spread.half_width,
                                .cost = fixed + images});
        }
        return progress;
    }

    static std::int64_t whole_in(const GroupPoint& point, std::size_t stratum) {
        const auto& trials = point.samples.front().trials[stratum];
        return std::distance(trials.begin(), trials.lower_bound(0));
    }

    bool all_done() const {
        return std::all_of(points_.begin(), points_.end(), [](const GroupPoint& point) { return point.is_done; });
    }

    // Trials of one point that run at once.
    using Bundle = std::vector<Item>;

    std::vector<Bundle> bundle(const std::vector<Item>& items) const {
        std::size_t at_once = 1;
        if (samples_images()) at_once = TrialRunner(*curves_.front().evaluator).samples_at_once();
        std::vector<Bundle> bundles;
        struct Open {
            std::size_t bundle = 0;
            std::int64_t images = 0;
        };
        std::map<std::size_t, Open> open;  // by point, the bundle that has room
        for (const Item& item : items) {
            const std::int64_t images = points_[item.point].strata[item.stratum].images;
            const auto [place, is_new] = open.try_emplace(item.point, Open{bundles.size()});
            Open& latest = place->second;
            if (is_new || bundles[latest.bundle].size() >= at_once || latest.images + images > images_at_once) {
                latest = {bundles.size()};
                bundles.emplace_back();
            }
            bundles[latest.bundle].push_back(item);
            latest.images += images;
        }
        return bundles;
    }

    ItemTask make_task(const std::vector<Bundle>& bundles) {
        const auto runners = std::make_shared<std::map<const Evaluator*, TrialRunner>>();
        for (const CampaignCurve& curve : curves_) runners->try_emplace(curve.evaluator, *curve.evaluator);
        return [this, runners, &bundles](std::size_t bundle, const std::stop_token& stop) { run_bundle(*runners, bundles[bundle], stop); };
    }

    bool run_round(const std::vector<Item>& items, const std::stop_token& stop) {
        round_total_ = done_ + std::int64_t(items.size());
        predicted_ = std::max(round_total_, predict_trials());
        const auto release = [this] {
            bool is_released = false;
            for (const CampaignCurve& curve : curves_) is_released |= curve.evaluator->release_memory();
            return is_released;
        };
        const auto begun = Clock::now();
        const std::vector<Bundle> bundles = bundle(items);
        run_items({bundles.size(), [&] { return make_task(bundles); }, release}, settings_.threads, stop);
        seconds_of_trials_ += seconds_since(begun);
        return !stop.stop_requested();
    }

    // A trial with what it takes to run it.
    struct DrawnTrial {
        Item item;
        TrialFaults faults;
        ImageSample sample;
        std::vector<SampledTrial> results{};  // by the group's curves
    };

    // Of all curves of the point's group, where they are known.
    std::optional<std::vector<SampledTrial>> known_results(const Item& item) const {
        if (!precision_.known) return std::nullopt;
        std::vector<SampledTrial> results;
        for (const std::size_t curve : groups_[points_[item.point].group].curves) {
            const auto known = precision_.known(curve, points_[item.point].rate, item.stratum, item.trial);
            if (!known) return std::nullopt;
            results.push_back(*known);
        }
        return results;
    }

    DrawnTrial draw(const Item& item) const {
        const GroupPoint& point = points_[item.point];
        const CurveGroup& group = groups_[point.group];
        const Stratum& stratum = point.design.strata[item.stratum];
        const double rate = settings_.rates[point.rate];
        const auto number = std::uint64_t(item.trial);
        const std::uint64_t key = trial_key(settings_.seed, rate, stratum, number);
        return {item,
                draw_in_stratum(settings_.seed, rate, stratum, number, parts_, curves_[group.curves.front()].scope.layers, group.critical),
                draw_images(settings_.seed, key, group.right, group.others, point.strata[item.stratum].images)};
    }

    void run_bundle(std::map<const Evaluator*, TrialRunner>& runners, const Bundle& bundle, const std::stop_token& stop) {
        const GroupPoint& point = points_[bundle.front().point];
        const double rate = settings_.rates[point.rate];
        std::vector<DrawnTrial> drawn;
        for (const Item& item : bundle) {
            if (const auto known = known_results(item))
                keep(item, *known, true);
            else
                drawn.push_back(draw(item));
        }
        for (const std::size_t curve : groups_[point.group].curves)
            if (!run_on_curve(*curves_[curve].evaluator, runners.at(curves_[curve].evaluator), rate, drawn, stop)) return;
        for (const DrawnTrial& trial : drawn) keep(trial.item, trial.results, false);
    }

    // False where it was stopped.
    bool run_on_curve(const Evaluator& evaluator, TrialRunner& runner, double rate, std::vector<DrawnTrial>& drawn,
                      const std::stop_token& stop) const {
        if (evaluator.can_sample()) {
            std::vector<TrialRunner::SampledRun> runs;
            for (const DrawnTrial& trial : drawn) runs.push_back({&trial.faults, rate, &trial.sample});
            const auto outcomes = runner.run_samples(runs, stop);
            if (!outcomes) return false;
            for (std::size_t i = 0; i < drawn.size(); ++i) drawn[i].results.push_back({drawn[i].faults.count_below(rate), (*outcomes)[i]});
            return true;
        }
        for (DrawnTrial& trial : drawn) {
            const auto outcome = runner.run(trial.faults, rate, stop);
            if (!outcome) return false;
            trial.results.push_back({trial.faults.count_below(rate), whole_outcome(*outcome, evaluator.clean())});
        }
        return true;
    }

    void keep(const Item& item, const std::vector<SampledTrial>& results, bool is_known) {
        GroupPoint& point = points_[item.point];
        const CurveGroup& group = groups_[point.group];
        const std::lock_guard lock(mutex_);
        for (std::size_t i = 0; i < results.size(); ++i) {
            point.samples[i].trials[item.stratum].insert_or_assign(item.trial, results[i]);
            if (!is_known) sink_(SampledTrialFinished{int(group.curves[i]), int(point.rate), int(item.stratum), item.trial, results[i]});
        }
        ++done_;
        if (is_known) ++known_;
        const double elapsed = seconds_since(started_);
        const double left = done_ == known_ ? -1 : elapsed / double(done_ - known_) * double(predicted_ - done_);
        sink_(Progress{done_, predicted_, left,
                       infos_[group.curves.front()].layer + " · rate " + rounded_text(settings_.rates[point.rate], 6) + " · ±" +
                           fixed_text(point.half_width * 100, 1) + " points so far"});
    }

    // Of all rounds, as far as the trials so far tell.
    std::int64_t predict_trials() {
        std::int64_t trials = 0;
        for (GroupPoint& point : points_)
            for (const std::int64_t of_stratum : predicted_trials(point)) trials += of_stratum;
        return trials;
    }

    std::vector<std::int64_t> predicted_trials(GroupPoint& point) {
        std::vector<std::int64_t> now;
        for (const StratumPlan& stratum : point.strata) now.push_back(stratum.trials);
        const bool is_any_known = std::any_of(point.samples.front().trials.begin(), point.samples.front().trials.end(),
                                              [](const auto& trials) { return trials.size() > 1; });
        if (point.is_done || !is_any_known) return now;
        std::vector<std::int64_t> best = trials_for(progress_of(point), precision_.half_width);
        for (std::size_t stratum = 0; stratum < best.size(); ++stratum) {
            const double share = point.design.strata[stratum].weight / std::max(point.design.measured_weight(stratum), 1e-300);
            const double needed = (double(best[stratum]) - double(whole_in(point, stratum))) * std::min(share, 1e6);
            best[stratum] = now[stratum] == 0 ? 0 : std::max(now[stratum], std::int64_t(std::min(needed, 1e12)));
        }
        return best;
    }

    // A trial with faults on all images, in the middle of the rates: of a few curves, on one worker.
    double seconds_of_whole_trial(const std::stop_token& stop) const {
        constexpr std::size_t most_tried = 6;
        double seconds = 0;
        int tried = 0;
        for (std::size_t group = 0; group < groups_.size(); group += (groups_.size() + most_tried - 1) / most_tried) {
            const CampaignCurve& curve = curves_[groups_[group].curves.front()];
            const double rate = settings_.rates[settings_.rates.size() / 2];
            run_on_workers(1, stop, [&](int, const std::stop_token& stopped) {
                TrialRunner runner(*curve.evaluator);
                const TrialFaults faults = draw_trial_faults(settings_.seed, 0, parts_, curve.scope.layers, rate);
                const auto begun = Clock::now();
                if (faults.count_below(rate) == 0 || !runner.run(faults, rate, stopped)) return;
                seconds += seconds_since(begun);
                ++tried;
            });
        }
        return tried > 0 ? seconds / tried : 0;
    }

    PrecisionPlan predict(const std::stop_token& stop) {
        PrecisionPlan plan;
        plan.pilot = pilot_;
        double cost_so_far = 0, cost_in_all = 0, plain_trials = 0;  // costs in images; trials with faults
        for (GroupPoint& point : points_) {
            const CurveGroup& group = groups_[point.group];
            const std::vector<std::int64_t> trials = predicted_trials(point);
            const double fixed = fixed_cost(point);
            PrecisionPlan::Point of_point{.curve = {}, .rate = settings_.rates[point.rate]};
            for (std::size_t stratum = 0; stratum < trials.size(); ++stratum) {
                const double images = samples_images() ? double(point.strata[stratum].images) : double(all_images());
                const auto ran = std::int64_t(point.samples.front().trials[stratum].size());
                of_point.trials += trials[stratum];
                of_point.image_evaluations += std::llround(images * double(trials[stratum]));
                const double faulty = point.design.strata[stratum].weight > 0
                                          ? point.design.measured_weight(stratum) / point.design.strata[stratum].weight
                                          : 0;
                cost_in_all += faulty * (fixed + images) * double(trials[stratum] * std::int64_t(group.curves.size()));
                cost_so_far += faulty * (fixed + images) * double(ran * std::int64_t(group.curves.size()));
            }
            for (std::size_t i = 0; i < group.curves.size(); ++i) {
                of_point.curve = infos_[group.curves[i]];
                of_point.plain_trials = plain_trials_for(precision_.half_width, point.samples[i], of_point.curve, settings_.nonfinite);
                plain_trials += of_point.plain_trials * (1 - point.design.fault_free);
                plan.points.push_back(of_point);
            }
        }
        const double seconds_an_image = cost_so_far > 0 ? seconds_of_trials_ / cost_so_far : 0;
        plan.seconds = seconds_since(started_) + std::max(cost_in_all - cost_so_far, 0.0) * seconds_an_image;
        plan.plain_seconds = plain_trials * seconds_of_whole_trial(stop) / std::max(settings_.threads, 1);
        return plan;
    }

    void tell_of_time() {
        const GroupPoint* widest = nullptr;
        for (const GroupPoint& point : points_)
            if (!point.is_done && (!widest || point.half_width > widest->half_width)) widest = &point;
        if (!widest) return;
        sink_(Message{"The time is over before the wanted ± " + rounded_text(precision_.half_width * 100, 3) + " points were reached: " +
                          infos_[groups_[widest->group].curves.front()].layer + " at the rate " +
                          rounded_text(settings_.rates[widest->rate], 6) + " is known to ± " + rounded_text(widest->half_width * 100, 3) +
                          " points. Run it again with more time to go on from here.",
                      true});
    }

    const JobInputs& inputs_;
    const std::vector<LayerInfo>& parts_;
    const CampaignSettings& settings_;
    const PrecisionSettings& precision_;
    const std::span<const CampaignCurve> curves_;
    const EventSink& sink_;
    const Clock::time_point started_;
    std::vector<CurveInfo> infos_;
    std::vector<CurveGroup> groups_;
    std::vector<GroupPoint> points_;
    std::vector<TrialFinished> whole_;
    BitPilot pilot_;
    std::mutex mutex_;
    std::int64_t done_ = 0;
    std::int64_t known_ = 0;
    std::int64_t round_total_ = 0;
    std::int64_t predicted_ = 0;
    double seconds_of_trials_ = 0;
};

}  // namespace

void check_precision(const PrecisionSettings& settings) {
    if (!(settings.half_width > 0 && settings.half_width < 0.5))
        throw UsageError("A precision of " + rounded_text(settings.half_width, 6) +
                         " cannot be had: give the half-width of the interval as a fraction between 0 and 0.5, 0.01 for ± 1 point.");
}

ImageSample draw_images(std::uint64_t seed, std::uint64_t key, std::span<const std::int64_t> right, std::span<const std::int64_t> others,
                        std::int64_t count) {
    const auto all = std::int64_t(right.size() + others.size());
    count = std::min(count, all);
    std::int64_t of_others = std::llround(double(count) * double(others.size()) / double(all));
    if (!others.empty()) of_others = std::clamp<std::int64_t>(of_others, 1, std::min<std::int64_t>(count, std::int64_t(others.size())));
    std::int64_t of_right = std::min(count - of_others, std::int64_t(right.size()));
    if (!right.empty()) of_right = std::max<std::int64_t>(of_right, 1);
    ImageSample sample;
    for (const std::int64_t place : draw_sample(seed, key, 0, std::int64_t(right.size()), of_right))
        sample.right.push_back(right[std::size_t(place)]);
    for (const std::int64_t place : draw_sample(seed, key, 1, std::int64_t(others.size()), of_others))
        sample.others.push_back(others[std::size_t(place)]);
    return sample;
}

void run_precise_campaign(const JobInputs& inputs, const CampaignSettings& settings, const PrecisionSettings& precision,
                          std::span<const CampaignCurve> curves, const EventSink& sink, std::stop_token stop) {
    check_precision(precision);
    CampaignStarted campaign = describe_campaign(inputs, settings, curves);
    campaign.info.precision = precision.half_width;
    PreciseCampaign precise(inputs, settings, precision, curves, sink);
    if (settings.trials == 0) {
        sink(campaign);
    } else {
        const EventSink with_whole = [&](const Event& event) {
            if (std::holds_alternative<CampaignStarted>(event)) return sink(campaign);
            if (const auto* finished = std::get_if<TrialFinished>(&event)) precise.take_whole(*finished);
            sink(event);
        };
        run_campaign(inputs, settings, curves, with_whole, stop);
        if (stop.stop_requested()) return;
        precise.take_known_whole();
    }
    precise.run(campaign, stop);
}

std::optional<PrecisionPlan> plan_precise_campaign(const JobInputs& inputs, const CampaignSettings& settings,
                                                   const PrecisionSettings& precision, std::span<const CampaignCurve> curves,
                                                   const EventSink& sink, std::stop_token stop) {
    check_precision(precision);
    const CampaignStarted campaign = describe_campaign(inputs, settings, curves);
    return PreciseCampaign(inputs, settings, precision, curves, sink).plan(campaign, stop);
}

}  // namespace clipscope
