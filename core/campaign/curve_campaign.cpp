#include "campaign/curve_campaign.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <map>
#include <memory>
#include <mutex>
#include <utility>

#include "campaign/fault_rates.h"
#include "campaign/point_faults.h"
#include "campaign/trial_run.h"
#include "common/error.h"
#include "common/number_text.h"
#include "evaluation/item_workers.h"

namespace clipscope {

namespace {

using Clock = std::chrono::steady_clock;

// Where a fault can begin: check bits are memory too.
std::int64_t bits_of(const CampaignCurve& curve, const std::vector<LayerInfo>& parts) {
    return fault_bits(curve.scope.layers, parts) + count_check_places(curve.memory.get(), parts, curve.scope.layers) +
           count_output_places(*curve.evaluator, curve.scope);
}

// How long the rest takes. A trial in which no bit is faulty takes next to nothing, so trials count by how probably they have a fault.
class TimeLeft {
public:
    TimeLeft(std::span<const CampaignCurve> curves, const CampaignSettings& settings, const std::vector<LayerInfo>& parts)
        : rates_(settings.rates.size()) {
        for (const CampaignCurve& curve : curves) {
            const auto bits = double(bits_of(curve, parts));
            for (const double rate : settings.rates)
                costs_.push_back(settings.axis == PointAxis::fault_count ? double(rate > 0) : -std::expm1(bits * std::log1p(-rate)));
        }
        for (const double cost : costs_) left_ += cost * settings.trials;
    }

    void skip(std::size_t curve, std::size_t rate) { left_ -= cost(curve, rate); }
    void finish(std::size_t curve, std::size_t rate) {
        left_ -= cost(curve, rate);
        done_ += cost(curve, rate);
    }

    // Negative while nothing can be said: less than a whole trial with faults is done.
    double seconds(double elapsed) const { return done_ < 1 ? -1 : elapsed / done_ * std::max(left_, 0.0); }

private:
    double cost(std::size_t curve, std::size_t rate) const { return costs_[curve * rates_ + rate]; }

    std::size_t rates_;
    std::vector<double> costs_;
    double left_ = 0;
    double done_ = 0;
};

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
        skip_known();
    }

    void run(const std::stop_token& stop) {
        const std::size_t items = curves_.size() * std::size_t(settings_.trials);
        rates_reported_.assign(items, 0);
        run_items({items, [this] { return make_task(); }, [this] { return release_memory(); }}, settings_.threads, stop);
        if (is_self_checked()) sink_(SelfChecked{self_check_.counts()});
    }

private:
    ItemTask make_task() {
        const auto runners = std::make_shared<std::map<const Evaluator*, TrialRunner>>();  // one a network: a runner copies parameters
        for (const CampaignCurve& curve : curves_) runners->try_emplace(curve.evaluator, *curve.evaluator);
        return [this, runners](std::size_t item, const std::stop_token& stop) {
            const std::size_t curve = item % curves_.size();
            if (is_finished(curve, int(item / curves_.size()))) return;
            run_item(runners->at(curves_[curve].evaluator), curve, int(item / curves_.size()), stop);
        };
    }

    bool release_memory() const {
        bool is_released = false;
        for (const CampaignCurve& curve : curves_) is_released |= curve.evaluator->release_memory();
        return is_released;
    }

    void run_item(TrialRunner& runner, std::size_t curve, int trial, const std::stop_token& stop) {
        const double most = settings_.rates.back();
        const TrialFaults faults = curves_[curve].in_memory(
            draw_point_faults(settings_.axis, settings_.seed, std::uint64_t(trial), *curves_[curve].evaluator, curves_[curve].scope, most),
            settings_.seed, std::uint64_t(trial), most);
        std::vector<std::size_t> missing;  // rates
        std::vector<double> missing_rates;
        for (std::size_t rate = 0; rate < settings_.rates.size(); ++rate) {
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

    void skip_known() {
        if (!settings_.known) return;
        for (std::size_t curve = 0; curve < curves_.size(); ++curve)
            for (std::size_t rate = 0; rate < settings_.rates.size(); ++rate)
                for (int trial = 0; trial < settings_.trials; ++trial) {
                    if (!is_known(curve, rate, trial)) continue;
                    ++done_;
                    time_left_.skip(curve, rate);
                }
    }

    // Nothing to run, to list or to check.
    bool is_finished(std::size_t curve, int trial) const {
        if (!settings_.known || settings_.list_faults) return false;
        if (self_check_.is_on(*curves_[curve].evaluator) &&
            !self_check_.chosen(name_of(curve), std::uint64_t(trial), settings_.rates).empty())
            return false;
        for (std::size_t rate = 0; rate < settings_.rates.size(); ++rate)
            if (!is_known(curve, rate, trial)) return false;
        return true;
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
        if (settings_.list_faults) sink_(list(faults, curve, rate, trial));
        // Behind a protection what is read says nothing of what lies in memory.
        if (settings_.count_faults && result.faults > 0 && !curves_[curve].memory) sink_(count(runner.injected(), curve, rate, trial));
        sink_(TrialFinished{int(curve), int(rate), trial, result});
        const std::int64_t total = std::int64_t(curves_.size()) * settings_.trials * std::int64_t(settings_.rates.size());
        const double elapsed = std::chrono::duration<double>(Clock::now() - started_).count();
        ++done_;
        time_left_.finish(curve, rate);
        sink_(Progress{done_, total, time_left_.seconds(elapsed), activity(curve, rate, trial)});
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
    std::int64_t done_ = 0;  // those that were known at the start included
};

}  // namespace

TrialFaults CampaignCurve::in_memory(TrialFaults faults, std::uint64_t seed, std::uint64_t trial, double max_rate) const {
    return in_protected_memory(std::move(faults), memory, seed, trial, evaluator->network().memory_parts(), scope.layers, max_rate);
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
                       .bits = bits_of(curve, inputs.network->memory_parts()),
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
