#include "campaign/precise_campaign.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <map>
#include <memory>
#include <mutex>
#include <tuple>

#include "campaign/curve_groups.h"
#include "campaign/point_faults.h"
#include "campaign/point_statistics.h"
#include "campaign/precise_bundles.h"
#include "campaign/precise_point.h"
#include "common/error.h"
#include "common/number_text.h"
#include "evaluation/item_workers.h"
#include "evaluation/worker_threads.h"

namespace clipscope {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

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
            if (precision_.at_most_seconds > 0 && is_time_over() && !all_done()) {
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
        PrecisionPlan plan =
            predict(points_, {settings_, curves_, infos_, groups_, parts_, seconds_since(started_), seconds_of_trials_}, stop);
        plan.pilot = pilot_;
        return plan;
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
    using Item = PreciseItem;
    using Bundle = PreciseBundle;
    using Results = PreciseResults;

    bool prepare(const CampaignStarted& campaign, const std::stop_token& stop) {
        info_ = campaign.info;
        for (const CurveInfo& info : campaign.curves) infos_.push_back(info);
        groups_ = group_by_scope(curves_);
        const auto pilot = find_critical_bits(inputs_, settings_, precision_.known_pilot, curves_, groups_, sink_, stop);
        if (!pilot) return false;
        pilot_ = *pilot;
        for (std::size_t group = 0; group < groups_.size(); ++group)
            for (std::size_t rate = 0; rate < settings_.rates.size(); ++rate) add_point(group, rate);
        add_whole_trials();
        return true;
    }

    void add_point(std::size_t group_index, std::size_t rate) {
        const CurveGroup& group = groups_[group_index];
        const double point = settings_.rates[rate];
        const CurveInfo& first = infos_[group.curves.front()];
        std::vector<double> fault_free;  // of each of the group's curves: one may have check bits
        for (const std::size_t curve : group.curves) fault_free.push_back(fault_free_probability(point, infos_[curve], info_).value_or(0));
        const SamplingDesign design{.strata = choose_strata(group.critical.count(), point),
                                    .critical_bits = group.critical.count(),
                                    .fault_free = *std::ranges::min_element(fault_free),
                                    .right_images = std::int64_t(group.right.size())};
        std::vector<CurveInfo> curves;
        for (const std::size_t curve : group.curves) {
            curves.push_back(infos_[curve]);
            SamplingDesign own = design;
            own.fault_free = fault_free[curves.size() - 1];
            sink_(PointDesigned{int(curve), int(rate), own});
        }
        // Points are measured independently of each other, so slices take them by turns.
        if (!settings_.share.holds(group_index * settings_.rates.size() + rate)) return;
        const PointConditions conditions{.half_width = precision_.half_width,
                                         .nonfinite = settings_.nonfinite,
                                         .fixed_cost = fixed_cost_of_trial(curves_.front().evaluator->multiplications_per_image(),
                                                                           mean_faults(settings_.axis, point, first.bits)),
                                         .all_images = first.clean.images,
                                         .takes_samples = takes_samples()};
        points_.push_back({group_index, rate, PrecisePoint(design, std::move(curves), conditions, fault_free)});
    }

    bool takes_samples() const { return curves_.front().evaluator->can_sample(); }

    // The bits of the class that are faulty in a whole trial say which stratum it is one of.
    void add_whole_trials() {
        for (const TrialFinished& whole : whole_) {
            for (GroupPoint& point : points_) {
                const CurveGroup& group = groups_[point.group];
                const auto place = std::find(group.curves.begin(), group.curves.end(), std::size_t(whole.curve));
                if (point.rate != std::size_t(whole.rate_index) || place == group.curves.end()) continue;
                const TrialFaults faults = draw_point_faults(settings_.axis, settings_.seed, std::uint64_t(whole.trial), parts_,
                                                             curves_[std::size_t(whole.curve)].scope.layers, settings_.rates[point.rate]);
                const std::size_t stratum =
                    stratum_of(point.point.design().strata, group.critical.count_in(faults, settings_.rates[point.rate]));
                const SampledTrial trial{whole.result.faults, whole_outcome(whole.result.outcome, infos_[std::size_t(whole.curve)].clean)};
                const int number = number_of_whole(whole.trial);
                point.point.add(std::size_t(place - group.curves.begin()), stratum, number, trial);
                const bool is_known =
                    precision_.known && precision_.known(std::size_t(whole.curve), point.rate, stratum, number).has_value();
                if (!is_known) sink_(SampledTrialFinished{whole.curve, whole.rate_index, int(stratum), number, trial});
            }
        }
    }

    std::vector<Item> next_round() {
        std::vector<Item> items;
        for (std::size_t i = 0; i < points_.size(); ++i) {
            PrecisePoint& point = points_[i].point;
            if (point.is_done()) continue;
            const std::vector<std::int64_t> before = point.planned();
            const std::vector<std::int64_t>& planned = point.plan_round();
            for (std::size_t stratum = 0; stratum < planned.size(); ++stratum)
                for (std::int64_t trial = before[stratum]; trial < planned[stratum]; ++trial) items.push_back({i, stratum, int(trial)});
        }
        // All points grow at the same pace.
        std::stable_sort(items.begin(), items.end(), [](const Item& first, const Item& second) { return first.trial < second.trial; });
        return items;
    }

    bool is_time_over() const {
        const bool is_over = seconds_since(started_) > precision_.at_most_seconds;
        return settings_.share.team ? settings_.share.team->decide(is_over) : is_over;
    }

    bool all_done() const {
        return std::all_of(points_.begin(), points_.end(), [](const GroupPoint& point) { return point.point.is_done(); });
    }

    ItemTask make_task(const std::vector<Bundle>& bundles) {
        const auto runners = std::make_shared<std::map<const Evaluator*, TrialRunner>>();
        for (const CampaignCurve& curve : curves_) runners->try_emplace(curve.evaluator, *curve.evaluator);
        return [this, runners, &bundles](std::size_t bundle, const std::stop_token& stop) { run_bundle(*runners, bundles[bundle], stop); };
    }

    bool run_round(const std::vector<Item>& items, const std::stop_token& stop) {
        predicted_ = std::max(done_ + std::int64_t(items.size()), predict_trials(points_));
        const auto release = [this] {
            bool is_released = false;
            for (const CampaignCurve& curve : curves_) is_released |= curve.evaluator->release_memory();
            return is_released;
        };
        const auto begun = Clock::now();
        const std::vector<Bundle> bundles = make_bundles(items, points_, curves_.front().evaluator->samples_at_once());
        const ItemExchange exchange{.take = [&](std::size_t place) { return take(bundles[place]); },
                                    .put = [&](std::size_t place, const std::string& bytes) { put(bundles[place], bytes); },
                                    .is_for_all = true};
        run_items({bundles.size(), [&] { return make_task(bundles); }, release, settings_.share.team, exchange}, settings_.threads, stop);
        seconds_of_trials_ += seconds_since(begun);
        return !stop.stop_requested();
    }

    // A trial with what it takes to run it.
    struct DrawnTrial {
        Item item;
        std::uint64_t key = 0;  // that stands for it wherever random numbers are needed
        TrialFaults faults;     // of the words alone
        ImageSample sample;
        Results known{};
        Results results{};
    };

    Results known_results(const Item& item) const {
        Results results;
        for (const std::size_t curve : groups_[points_[item.point].group].curves)
            results.push_back(precision_.known ? precision_.known(curve, points_[item.point].rate, item.stratum, item.trial)
                                               : std::nullopt);
        return results;
    }

    // Where some curves have run it before, on as many images as then: on the same ones.
    DrawnTrial draw(const Item& item, Results known) const {
        const GroupPoint& point = points_[item.point];
        const CurveGroup& group = groups_[point.group];
        const Stratum& stratum = point.point.design().strata[item.stratum];
        const double rate = settings_.rates[point.rate];
        const auto number = std::uint64_t(item.trial);
        const std::uint64_t key = trial_key(settings_.seed, rate, stratum, number);
        std::int64_t images = point.point.images(item.stratum);
        for (const auto& one : known)
            if (one) images = one->images();
        Results results = known;
        return {item,
                key,
                draw_sampled_faults(settings_.axis, settings_.seed, rate, stratum, number, parts_,
                                    curves_[group.curves.front()].scope.layers, group.critical),
                draw_images(settings_.seed, key, group.right, group.others, images),
                std::move(known),
                std::move(results)};
    }

    void run_bundle(std::map<const Evaluator*, TrialRunner>& runners, const Bundle& bundle, const std::stop_token& stop) {
        const GroupPoint& point = points_[bundle.front().point];
        const std::vector<std::size_t>& curves = groups_[point.group].curves;
        const double rate = settings_.rates[point.rate];
        std::vector<DrawnTrial> drawn;
        for (const Item& item : bundle) {
            Results known = known_results(item);
            if (std::ranges::all_of(known, [](const auto& one) { return one.has_value(); }))
                keep(item, known, known);
            else
                drawn.push_back(draw(item, std::move(known)));
        }
        for (std::size_t place = 0; place < curves.size(); ++place)
            if (!run_on_curve(place, curves_[curves[place]], runners.at(curves_[curves[place]].evaluator), rate, drawn, stop)) return;
        for (const DrawnTrial& trial : drawn) keep(trial.item, trial.results, trial.known);
    }

    // Those that the curve lacks, by its place in the group; false where it was stopped.
    bool run_on_curve(std::size_t place, const CampaignCurve& curve, TrialRunner& runner, double rate, std::vector<DrawnTrial>& drawn,
                      const std::stop_token& stop) const {
        std::vector<DrawnTrial*> missing;
        std::vector<TrialFaults> faults;
        for (DrawnTrial& trial : drawn) {
            if (trial.results[place]) continue;
            missing.push_back(&trial);
            faults.push_back(curve.in_memory(trial.faults, settings_.seed, trial.key, rate));
        }
        if (curve.evaluator->can_sample()) {
            std::vector<TrialRunner::SampledRun> runs;
            for (std::size_t i = 0; i < missing.size(); ++i) runs.push_back({&faults[i], rate, &missing[i]->sample});
            const auto outcomes = runner.run_samples(runs, stop);
            if (!outcomes) return false;
            for (std::size_t i = 0; i < missing.size(); ++i)
                missing[i]->results[place] = SampledTrial{faults[i].count_below(rate), (*outcomes)[i]};
            return true;
        }
        for (std::size_t i = 0; i < missing.size(); ++i) {
            const auto outcome = runner.run(faults[i], rate, stop);
            if (!outcome) return false;
            missing[i]->results[place] = SampledTrial{faults[i].count_below(rate), whole_outcome(*outcome, curve.evaluator->clean())};
        }
        return true;
    }

    void keep(const Item& item, const Results& results, const Results& known) {
        GroupPoint& point = points_[item.point];
        const CurveGroup& group = groups_[point.group];
        const bool is_known = std::ranges::all_of(known, [](const auto& one) { return one.has_value(); });
        const std::lock_guard lock(mutex_);
        if (settings_.share.team) exchanged_[item.key()] = results;
        for (std::size_t i = 0; i < results.size(); ++i) {
            point.point.add(i, item.stratum, item.trial, *results[i]);
            if (!known[i]) sink_(SampledTrialFinished{int(group.curves[i]), int(point.rate), int(item.stratum), item.trial, *results[i]});
        }
        ++done_;
        if (is_known) ++known_;
        const double elapsed = seconds_since(started_);
        const double left = done_ == known_ ? -1 : elapsed / double(done_ - known_) * double(predicted_ - done_);
        sink_(Progress{done_, predicted_, left,
                       infos_[group.curves.front()].layer + " · " + point_name(settings_.axis, settings_.rates[point.rate]) + " · ±" +
                           fixed_text(point.point.half_width() * 100, 1) + " points so far"});
    }

    // What a bundle came to, for the other members of the team.
    std::string take(const Bundle& bundle) {
        const std::lock_guard lock(mutex_);
        std::vector<Results> results;
        for (const Item& item : bundle) results.push_back(exchanged_.extract(item.key()).mapped());
        return results_to_bytes(results);
    }

    void put(const Bundle& bundle, const std::string& bytes) {
        const std::vector<Results> results = results_from_bytes(bytes);
        for (std::size_t i = 0; i < bundle.size(); ++i) {
            keep(bundle[i], results.at(i), known_results(bundle[i]));
            const std::lock_guard lock(mutex_);
            exchanged_.erase(bundle[i].key());
        }
    }

    void tell_of_time() {
        const GroupPoint* widest = nullptr;
        double half_width = precision_.half_width;
        for (const GroupPoint& point : points_) {
            const double now = point.point.half_width_now();
            if (now <= half_width) continue;
            half_width = now;
            widest = &point;
        }
        if (!widest) return;
        sink_(Message{"The time is over before the wanted ± " + rounded_text(precision_.half_width * 100, 3) +
                          " points were reached: " + infos_[groups_[widest->group].curves.front()].layer + " at the " +
                          point_name(settings_.axis, settings_.rates[widest->rate]) + " is known to ± " +
                          rounded_text(half_width * 100, 3) + " points. Run it again with more time to go on from here.",
                      true});
    }

    const JobInputs& inputs_;
    const std::vector<LayerInfo>& parts_;
    const CampaignSettings& settings_;
    const PrecisionSettings& precision_;
    const std::span<const CampaignCurve> curves_;
    const EventSink& sink_;
    const Clock::time_point started_;
    CampaignInfo info_;
    std::vector<CurveInfo> infos_;
    std::vector<CurveGroup> groups_;
    std::vector<GroupPoint> points_;
    std::vector<TrialFinished> whole_;
    BitPilot pilot_;
    std::mutex mutex_;
    std::map<std::tuple<std::size_t, std::size_t, int>, Results> exchanged_;  // by key(): for the team
    std::int64_t done_ = 0;
    std::int64_t known_ = 0;
    std::int64_t predicted_ = 0;
    double seconds_of_trials_ = 0;
};

}  // namespace

void check_precision(const PrecisionSettings& settings) {
    if (!(settings.half_width > 0 && settings.half_width < 0.5))
        throw UsageError("A precision of " + rounded_text(settings.half_width, 6) +
                         " cannot be had: give the half-width of the interval as a fraction between 0 and 0.5, 0.01 for ± 1 point.");
}

void run_precise_campaign(const JobInputs& inputs, const CampaignSettings& asked, const PrecisionSettings& precision,
                          std::span<const CampaignCurve> curves, const EventSink& sink, std::stop_token stop) {
    check_precision(precision);
    CampaignSettings settings = asked;
    settings.is_shared_by_point = true;
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

void run_campaign(const JobInputs& inputs, const CampaignSettings& settings, const std::optional<PrecisionSettings>& precision,
                  std::span<const CampaignCurve> curves, const EventSink& sink, std::stop_token stop) {
    if (precision)
        run_precise_campaign(inputs, settings, *precision, curves, sink, stop);
    else
        run_campaign(inputs, settings, curves, sink, stop);
}

std::optional<PrecisionPlan> plan_precise_campaign(const JobInputs& inputs, const CampaignSettings& settings,
                                                   const PrecisionSettings& precision, std::span<const CampaignCurve> curves,
                                                   const EventSink& sink, std::stop_token stop) {
    check_precision(precision);
    const CampaignStarted campaign = describe_campaign(inputs, settings, curves);
    return PreciseCampaign(inputs, settings, precision, curves, sink).plan(campaign, stop);
}

}  // namespace clipscope
