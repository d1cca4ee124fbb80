#include "campaign/curve_campaign.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <map>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <utility>

#include "campaign/curve_groups.h"
#include "campaign/fault_rates.h"
#include "campaign/item_bytes.h"
#include "campaign/point_faults.h"
#include "campaign/time_left.h"
#include "campaign/trial_run.h"
#include "common/error.h"
#include "common/number_text.h"
#include "evaluation/item_workers.h"

namespace clipscope {

namespace {

using Clock = std::chrono::steady_clock;

// Hands out (trial, curve) pairs, all curves of a trial before the next trial, so that every curve grows at the same pace; each pair runs
// all rates.
class Campaign {
public:
    Campaign(const JobInputs& inputs, const CampaignSettings& settings, std::span<const CampaignCurve> curves, const EventSink& sink)
        : inputs_(inputs),
          settings_(settings),
          curves_(curves),
          sink_(sink),
          self_check_(settings.self_check, settings.seed),
          started_(Clock::now()),
          time_left_(curves, settings, inputs.network->memory_parts()) {
        find_groups();
        skip_known();
    }

    void run(const std::stop_token& stop) {
        const std::size_t items = curves_.size() * std::size_t(settings_.trials);
        rates_reported_.assign(items, 0);
        for (std::size_t item = 0; item < items; ++item)
            if (!is_finished(item % curves_.size(), int(item / curves_.size()))) todo_.push_back(item);
        const ItemExchange exchange{.take = [this](std::size_t place) { return take(todo_[place]); },
                                    .put = [this](std::size_t place, const std::string& bytes) { put(todo_[place], bytes); },
                                    .is_for_all = settings_.is_shared_by_point};
        run_items({todo_.size(), [this] { return make_task(); }, [this] { return release_memory(); }, settings_.share.team, exchange},
                  settings_.threads, stop);
        if (!is_self_checked()) return;
        const SelfCheckCounts counts = self_check_.counts();
        std::array numbers{counts.trials, counts.near_ties};
        if (settings_.share.team) settings_.share.team->sum(numbers);
        sink_(SelfChecked{{numbers[0], numbers[1]}});
    }

private:
    ItemTask make_task() {
        const auto runners = std::make_shared<std::map<const Evaluator*, TrialRunner>>();  // one a network: a runner copies parameters
        for (const CampaignCurve& curve : curves_) runners->try_emplace(curve.evaluator, *curve.evaluator);
        return [this, runners](std::size_t place, const std::stop_token& stop) {
            const std::size_t item = todo_[place], curve = item % curves_.size();
            run_item(runners->at(curves_[curve].evaluator), curve, int(item / curves_.size()), stop);
        };
    }

    bool release_memory() const {
        bool is_released = false;
        for (const CampaignCurve& curve : curves_) is_released |= curve.evaluator->release_memory();
        return is_released;
    }

    void run_item(TrialRunner& runner, std::size_t curve, int trial, const std::stop_token& stop) {
        const TrialFaults faults = faults_of(curve, trial, settings_.rates.back());
        std::vector<std::size_t> missing;  // rates
        std::vector<double> missing_rates;
        for (std::size_t rate = 0; rate < settings_.rates.size(); ++rate) {
            if (!is_mine(curve, rate, trial)) continue;
            if (is_known(curve, rate, trial)) {
                if (settings_.list_faults) send(list(faults, curve, rate, trial));
                continue;
            }
            missing.push_back(rate);
            missing_rates.push_back(settings_.rates[rate]);
        }
        std::map<std::size_t, Outcome> outcomes;  // by rate
        const bool is_done =
            run_trial(runner, *curves_[curve].evaluator, faults, missing_rates, stop, [&](std::size_t rate, const TrialOutcome& outcome) {
                outcomes[missing[rate]] = outcome.outcome;
                report(curve, missing[rate], trial, outcome, faults, runner);
            });
        if (is_done) check_item(runner, curve, trial, faults, outcomes, stop);
    }

    bool is_self_checked() const {
        return self_check_.is_on() &&
               std::any_of(curves_.begin(), curves_.end(), [&](const CampaignCurve& curve) { return self_check_.is_on(*curve.evaluator); });
    }

    std::string name_of(std::size_t curve) const {
        const Protection& protection = curves_[curve].protection;
        return curves_[curve].scope.name + (protection == Protection::none ? "" : " (" + to_string(protection) + ")");
    }

    void check_item(TrialRunner& runner, std::size_t curve, int trial, const TrialFaults& faults,
                    const std::map<std::size_t, Outcome>& outcomes, const std::stop_token& stop) {
        const Evaluator& evaluator = *curves_[curve].evaluator;
        if (!self_check_.is_on(evaluator)) return;
        std::vector<double> rates;
        std::int64_t count = 0;
        for (const double rate : settings_.rates)
            if (const std::int64_t faulty = faults.count_below(rate); faulty != count) {
                rates.push_back(rate);
                count = faulty;
            }
        for (const std::size_t place : self_check_.chosen(name_of(curve), std::uint64_t(trial), rates)) {
            const double rate = rates[place];
            const auto index = std::size_t(std::find(settings_.rates.begin(), settings_.rates.end(), rate) - settings_.rates.begin());
            if (!is_mine(curve, index, trial)) continue;
            const auto outcome = outcomes.find(index);
            const SelfCheckedTrial checked{.curve = name_of(curve),
                                           .trial = std::uint64_t(trial),
                                           .point = rate,
                                           .point_name = point_name(settings_.axis, rate),
                                           .faults = faults,
                                           .rate = rate,
                                           .outcome = outcome == outcomes.end() ? nullptr : &outcome->second};
            if (!self_check_.check(runner, evaluator, checked, stop)) return;
        }
    }

    bool is_known(std::size_t curve, std::size_t rate, int trial) const { return settings_.known && settings_.known(curve, rate, trial); }

    // Of this process's slices.
    bool is_mine(std::size_t curve, std::size_t rate, int trial) const {
        if (!settings_.share.is_part()) return true;
        return settings_.share.holds(settings_.is_shared_by_point ? groups_[curve] * settings_.rates.size() + rate
                                                                  : piece_of_trial(curve, curves_.size(), std::size_t(trial)));
    }

    // Curves of one scope go together where earlier trials decide about later ones.
    void find_groups() {
        groups_.resize(curves_.size());
        if (!settings_.is_shared_by_point) return;
        const std::vector<CurveGroup> groups = group_by_scope(curves_);
        for (std::size_t group = 0; group < groups.size(); ++group)
            for (const std::size_t curve : groups[group].curves) groups_[curve] = group;
    }

    void skip_known() {
        total_ = std::int64_t(curves_.size()) * settings_.trials * std::int64_t(settings_.rates.size());
        if (!settings_.known && !settings_.share.is_part()) return;
        for (std::size_t curve = 0; curve < curves_.size(); ++curve)
            for (std::size_t rate = 0; rate < settings_.rates.size(); ++rate)
                for (int trial = 0; trial < settings_.trials; ++trial) {
                    const bool is_elsewhere = !is_mine(curve, rate, trial);
                    if (!is_elsewhere && !is_known(curve, rate, trial)) continue;
                    if (is_elsewhere)
                        --total_;
                    else
                        ++done_;
                    time_left_.skip(curve, rate);
                }
    }

    // Nothing to run, to list or to check.
    bool is_finished(std::size_t curve, int trial) const {
        std::vector<std::size_t> mine;
        for (std::size_t rate = 0; rate < settings_.rates.size(); ++rate)
            if (is_mine(curve, rate, trial)) mine.push_back(rate);
        if (mine.empty()) return true;
        if (!settings_.known || settings_.list_faults) return false;
        if (self_check_.is_on(*curves_[curve].evaluator) &&
            !self_check_.chosen(name_of(curve), std::uint64_t(trial), settings_.rates).empty())
            return false;
        return std::ranges::all_of(mine, [&](std::size_t rate) { return is_known(curve, rate, trial); });
    }

    void send(const Event& event) {
        const std::lock_guard lock(mutex_);
        sink_(event);
    }

    void report(std::size_t curve, std::size_t rate, int trial, const TrialOutcome& result, const TrialFaults& faults,
                const TrialRunner& runner) {
        const std::lock_guard lock(mutex_);
        // An item that ran out of memory begins again.
        std::size_t& reported = rates_reported_[std::size_t(trial) * curves_.size() + curve];
        if (rate < reported) return;
        reported = rate + 1;
        // Behind a protection what is read says nothing of what lies in memory.
        const bool is_counted = settings_.count_faults && result.faults > 0 && !curves_[curve].memory;
        if (is_exchanged())
            exchanged_[std::size_t(trial) * curves_.size() + curve].push_back(
                {rate, trial_json(result), is_counted ? injection_json(runner.injected()) : nlohmann::ordered_json()});
        if (is_told_by_another()) return;
        if (settings_.list_faults) sink_(list(faults, curve, rate, trial));
        tell(curve, rate, trial, result, is_counted ? std::optional(runner.injected()) : std::nullopt);
    }

    // While the mutex is held.
    void tell(std::size_t curve, std::size_t rate, int trial, const TrialOutcome& result, const std::optional<InjectionCounts>& injected) {
        if (injected) sink_(count(*injected, curve, rate, trial));
        sink_(TrialFinished{int(curve), int(rate), trial, result});
        const double elapsed = std::chrono::duration<double>(Clock::now() - started_).count();
        ++done_;
        time_left_.finish(curve, rate);
        sink_(Progress{done_, total_, time_left_.seconds(elapsed), activity(curve, rate, trial)});
    }

    // By a team's first member, and nothing that follows here depends on it.
    bool is_told_by_another() const { return settings_.share.team && !settings_.share.team->is_first() && !settings_.is_shared_by_point; }
    bool is_exchanged() const { return settings_.share.team && (!settings_.share.team->is_first() || settings_.is_shared_by_point); }

    // What an item came to, for another member of the team: a list of [rate, trial, injected or null].
    std::string take(std::size_t item) {
        const std::lock_guard lock(mutex_);
        const auto known = exchanged_.extract(item);
        return to_bytes(known.empty() ? nlohmann::ordered_json::array() : known.mapped());
    }

    void put(std::size_t item, const std::string& bytes) {
        const std::size_t curve = item % curves_.size();
        const int trial = int(item / curves_.size());
        const auto results = from_bytes(bytes);
        if (settings_.list_faults) list_again(curve, trial);
        const std::lock_guard lock(mutex_);
        for (const auto& result : results)
            tell(curve, result.at(0).get<std::size_t>(), trial, read_trial(result.at(1)),
                 result.at(2).is_null() ? std::nullopt : std::optional(read_injection(result.at(2))));
    }

    // The faults of a trial that ran elsewhere, those that are known included.
    void list_again(std::size_t curve, int trial) {
        const TrialFaults faults = faults_of(curve, trial, settings_.rates.back());
        for (std::size_t rate = 0; rate < settings_.rates.size(); ++rate) send(list(faults, curve, rate, trial));
    }

    TrialFaults faults_of(std::size_t curve, int trial, double most) const {
        const CampaignCurve& of = curves_[curve];
        const auto number = std::uint64_t(trial);
        TrialFaults faults = settings_.draw ? settings_.draw(number, *of.evaluator, of.scope, most)
                                            : draw_point_faults(settings_.axis, settings_.seed, number, *of.evaluator, of.scope, most);
        return of.in_memory(std::move(faults), settings_.seed, number, most);
    }

    std::string activity(std::size_t curve, std::size_t rate, int trial) const {
        std::string text =
            "trial " + std::to_string(trial + 1) + " of " + std::to_string(settings_.trials) + " · " + curves_[curve].scope.name;
        if (curves_[curve].protection != Protection::none) text += " · " + to_string(curves_[curve].protection);
        return text + " · " + point_name(settings_.axis, settings_.rates[rate]);
    }

    FaultsInjected list(const TrialFaults& faults, std::size_t curve, std::size_t rate, int trial) const {
        FaultsInjected injected{int(curve), int(rate), trial, {}};
        const auto add = [&](const ParameterInfo& info, std::span<const MarkedBit> bits) {
            const auto word_bits = std::uint64_t(info.word_bits);
            for (const MarkedBit& bit : bits)
                if (bit.mark < settings_.rates[rate])
                    injected.bits.push_back({info.path, std::int64_t(bit.position / word_bits), int(bit.position % word_bits)});
        };
        for (const TrialFaults::OfParameter& parameter : faults.by_parameter()) {
            const ParameterInfo& info = inputs_.network->memory_parts()[parameter.place.first].parameters[parameter.place.second];
            add(info, parameter.bits);
            if (!parameter.check_bits.empty()) add(*faults.memory->check_words(info), parameter.check_bits);
        }
        const std::vector<std::int64_t>& image_numbers = curves_[curve].evaluator->image_numbers();
        std::map<std::size_t, ParameterInfo> outputs;  // by part
        for (const OutputMemory& memory : curves_[curve].evaluator->output_memories(curves_[curve].scope.outputs))
            outputs.emplace(memory.part, memory.info);
        for (const OutputFaults& output : faults.outputs) {
            ParameterInfo& of_image = outputs.at(output.part);
            of_image.path = output_name(inputs_.network->memory_parts()[output.part], image_numbers[std::size_t(output.image)]);
            add(of_image, output.bits);
        }
        return injected;
    }

    FaultsCounted count(const InjectionCounts& injected, std::size_t curve, std::size_t rate, int trial) const {
        FaultsCounted counted{int(curve), int(rate), trial, {}};
        for (const LayerInjection& layer : injected) {
            const std::string& name = inputs_.network->memory_parts()[layer.layer].name;
            counted.layers.push_back({layer.is_output ? name + std::string(output_suffix) : name, layer});
        }
        return counted;
    }

    const JobInputs& inputs_;
    const CampaignSettings& settings_;
    const std::span<const CampaignCurve> curves_;
    const EventSink& sink_;
    SelfCheck self_check_;
    const Clock::time_point started_;
    std::mutex mutex_;
    std::vector<std::size_t> rates_reported_;  // by item
    TimeLeft time_left_;
    std::int64_t done_ = 0;                                      // those that were known at the start included
    std::int64_t total_ = 0;                                     // of this process's slices
    std::vector<std::size_t> groups_;                            // by curve, where points are shared
    std::vector<std::size_t> todo_;                              // items
    std::map<std::size_t, nlohmann::ordered_json> exchanged_{};  // by item: what goes to other members of the team
};

}  // namespace

TrialFaults CampaignCurve::in_memory(TrialFaults faults, std::uint64_t seed, std::uint64_t trial, double max_rate) const {
    return in_protected_memory(std::move(faults), memory, seed, trial, evaluator->network().memory_parts(), scope.layers, max_rate);
}

std::size_t piece_of_trial(std::size_t curve, std::size_t curves, std::size_t trial) {
    return trial * curves + (curve + trial) % curves;
}

FaultScope stored_scope(const Evaluator& evaluator, FaultScope scope) {
    scope.layers = evaluator.stored(scope.layers);
    return scope;
}

CampaignStarted describe_campaign(const JobInputs& inputs, const CampaignSettings& settings, std::span<const CampaignCurve> curves) {
    CampaignStarted started;
    const Evaluator& first = *curves.front().evaluator;
    started.info.model = inputs.model_name;
    started.info.data = inputs.data_name;
    started.info.images = first.clean().images;
    started.info.classes = std::int64_t(first.classes());
    started.info.seed = settings.seed;
    started.info.trials = settings.trials;
    started.info.nonfinite = settings.nonfinite;
    started.info.rates = settings.rates;
    started.info.axis = settings.axis;
    started.info.memory = inputs.network->memory();
    started.info.computed_with = first.computed_with();
    for (const CampaignCurve& curve : curves) {
        CurveInfo info{.layer = curve.scope.name,
                       .path = curve.scope.path,
                       .bits = bits_of_curve(curve, inputs.network->memory_parts()),
                       .protection = curve.protection,
                       .clean = curve.evaluator->clean()};
        started.curves.push_back(info);
        if (curve.price) started.info.prices[curve.protection] = *curve.price;
    }
    return started;
}

void check_campaign(PointAxis axis, std::span<const double> rates, int trials, int least_trials) {
    const bool is_count = axis == PointAxis::fault_count;
    if (rates.empty()) throw UsageError(is_count ? "Choose at least one number of faults." : "Choose at least one fault rate.");
    for (const double rate : rates) {
        if (!is_count && !(rate >= 0 && rate <= 1)) throw UsageError("A fault rate is a probability per bit, from 0 to 1.");
        if (is_count && !(rate >= 0 && rate <= most_faults && rate == std::floor(rate)))
            throw UsageError("A number of faults is a whole number, from 0 to " + number_text(most_faults) + ".");
    }
    if (!std::is_sorted(rates.begin(), rates.end()))
        throw UsageError(is_count ? "Numbers of faults must ascend." : "Fault rates must ascend.");
    if (trials < least_trials) throw UsageError("Choose at least 1 trial.");
}

void run_campaign(const JobInputs& inputs, const CampaignSettings& settings, std::span<const CampaignCurve> curves, const EventSink& sink,
                  std::stop_token stop) {
    sink(describe_campaign(inputs, settings, curves));
    Campaign campaign(inputs, settings, curves, sink);
    campaign.run(stop);
}

}  // namespace clipscope
