#include "campaign/protect_first.h"

#include <algorithm>
#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <set>

#include "campaign/contestants.h"
#include "campaign/curve_campaign.h"
#include "common/error.h"
#include "common/number_text.h"
#include "evaluation/evaluator.h"
#include "evaluation/item_workers.h"
#include "evaluation/worker_threads.h"
#include "protection/memory_plan.h"

namespace clipscope {
namespace {

// Candidates, by their places.
using Chosen = std::set<std::size_t>;

struct Candidate {
    std::string name;
    std::size_t layer = 0;  // a part of the memory, or
    int bit = -1;           // a bit position
};

std::vector<Candidate> candidates_of(const Network& network, const FaultScope& scope, const ProtectFirstSettings& settings) {
    std::vector<Candidate> candidates;
    const std::vector<LayerInfo>& parts = network.memory_parts();
    if (settings.protection.empty()) {
        for (int bit = network.memory().format.bits() - 1; bit >= 0; --bit) candidates.push_back({"bit " + std::to_string(bit), 0, bit});
        return candidates;
    }
    for (const std::size_t part : scope.layers)
        if (parts[part].part != MemoryPart::threshold) candidates.push_back({parts[part].name, part, -1});
    return candidates;
}

class Search {
public:
    Search(const JobInputs& inputs, const FaultScope& scope, const ProtectFirstSettings& settings, const ProtectFirstProgress& progress,
           std::stop_token stop)
        : network_(*inputs.network),
          model_(inputs.model_name),
          data_(inputs.data_name),
          settings_(settings),
          progress_(progress),
          stop_(std::move(stop)),
          threads_(resolve_threads(settings.threads)),
          evaluator_(inputs.network, inputs.images, inputs.input,
                     {.chunk = settings.chunk, .device = settings.device, .memory_bytes = settings.memory_bytes, .exact = settings.exact}),
          scope_(stored_scope(evaluator_, scope)),
          candidates_(candidates_of(network_, scope_, settings)),
          network_bits_(double(std::max<std::int64_t>(stored_bits(network_), 1))) {}

    std::optional<ProtectFirst> run() {
        if (!evaluator_.prepare(scope_.layers, threads_, stop_)) return std::nullopt;
        draw();
        ProtectFirst found;
        found.info = info();
        found.scope = scope_.name;
        found.by_bits = settings_.protection.empty();
        found.protection = found.by_bits ? "tmr" : settings_.protection;
        found.clean = evaluator_.clean();
        Chosen every;
        for (std::size_t i = 0; i < candidates_.size(); ++i) every.insert(i);
        total_ = std::int64_t(candidates_.size() * (candidates_.size() + 1) / 2 + 2) * settings_.trials;
        const auto none = measure({Chosen(), every});
        if (!none) return std::nullopt;
        found.unprotected = (*none)[0];
        found.all = {"all", storage(every), (*none)[1], 1, -1};
        Chosen chosen;
        while (chosen.size() < candidates_.size()) {
            const auto step = next(chosen, found.steps.empty() ? found.unprotected : found.steps.back().point, found);
            if (!step) return std::nullopt;
            if (!*step) break;
            chosen.insert(**step);
        }
        found.network_passes = passes_;
        return found;
    }

private:
    // One more; nothing within where the budget allows none, nothing at all where it was stopped.
    std::optional<std::optional<std::size_t>> next(const Chosen& chosen, const CurvePoint& before, ProtectFirst& found) {
        std::vector<std::size_t> affordable;
        std::vector<Chosen> sets;
        for (std::size_t i = 0; i < candidates_.size(); ++i) {
            Chosen with = chosen;
            if (!with.insert(i).second || storage(with) > settings_.budget_percent) continue;
            affordable.push_back(i);
            sets.push_back(std::move(with));
        }
        if (sets.empty()) return std::optional<std::size_t>();
        const auto points = measure(sets);
        if (!points) return std::nullopt;
        const double stored = storage(chosen);
        std::size_t best = 0;
        std::pair<double, double> most;
        for (std::size_t i = 0; i < sets.size(); ++i) {
            const double gain = (*points)[i].mean - before.mean;
            const double bits = storage(sets[i]) - stored;
            const std::pair value(bits > 0 ? gain / bits : gain, gain);
            if (i > 0 && value <= most) continue;
            best = i;
            most = value;
        }
        const double of_all = found.all.point.mean - found.unprotected.mean;
        const double share = of_all > 0 ? ((*points)[best].mean - found.unprotected.mean) / of_all : 0;
        const Candidate& chosen_now = candidates_[affordable[best]];
        found.steps.push_back({chosen_now.name, storage(sets[best]), (*points)[best], share, chosen_now.bit});
        return std::optional(affordable[best]);
    }

    MemoryPlan plan(const Chosen& chosen) const {
        if (chosen.empty()) return {};
        MemoryChoice choice;
        if (settings_.protection.empty()) {
            choice.name = "tmr";
            for (const std::size_t i : chosen) choice.name += "-" + std::to_string(candidates_[i].bit);
        } else {
            choice.name = settings_.protection;
            for (const std::size_t i : chosen) choice.layers.push_back(candidates_[i].name);
        }
        return plan_memory(network_, {choice});
    }

    // In percent of the network's bits. The plans of sets are made but once.
    double storage(const Chosen& chosen) {
        const auto known = storage_.find(chosen);
        if (known != storage_.end()) return known->second;
        return storage_[chosen] = 100 * double(plan(chosen).cost.check_bits) / network_bits_;
    }

    void draw() {
        for (int trial = 0; trial < settings_.trials; ++trial)
            drawn_.push_back(
                draw_trial_faults(settings_.seed, std::uint64_t(trial), network_.memory_parts(), scope_.layers, settings_.rate));
        known_.resize(drawn_.size());
    }

    // What of the protected a trial has faults in: sets that are alike in it have the same outcome.
    Chosen touched(const Chosen& chosen, const TrialFaults& faults) const {
        Chosen touched;
        const std::vector<LayerInfo>& parts = network_.memory_parts();
        const auto add = [&](const ParameterFaults& parameter, bool is_check) {
            const ParameterInfo& info = parts[parameter.layer].parameters[parameter.parameter];
            for (const std::size_t i : chosen) {
                const Candidate& candidate = candidates_[i];
                if (candidate.bit < 0) {
                    const auto& own = parts[candidate.layer].parameters;
                    if (std::ranges::any_of(own, [&](const ParameterInfo& one) { return one.path == info.path; })) touched.insert(i);
                } else if (is_check || std::ranges::any_of(parameter.bits, [&](const MarkedBit& bit) {
                               return int(bit.position % std::uint64_t(info.word_bits)) == candidate.bit;
                           })) {
                    touched.insert(i);
                }
            }
        };
        for (const ParameterFaults& parameter : faults.parameters) add(parameter, false);
        for (const ParameterFaults& parameter : faults.check_bits) add(parameter, true);
        // Of tripled bits every set has copies of its own.
        if (settings_.protection.empty() && !faults.check_bits.empty()) touched.insert(candidates_.size());
        return touched;
    }

    // Each set's accuracy on the same trials; nothing where it was stopped.
    std::optional<std::vector<CurvePoint>> measure(const std::vector<Chosen>& sets) {
        std::vector<MemoryPlan> plans;
        for (const Chosen& set : sets) plans.push_back(plan(set));
        std::vector<std::vector<TrialOutcome>> outcomes(sets.size(), std::vector<TrialOutcome>(drawn_.size()));
        const auto make_task = [&]() -> ItemTask {
            return [&, runner = std::make_shared<TrialRunner>(evaluator_)](std::size_t trial, const std::stop_token& stopped) {
                for (std::size_t set = 0; set < sets.size() && !stopped.stop_requested(); ++set)
                    run_trial_of(*runner, trial, sets[set], plans[set], stopped, outcomes[set][trial]);
                if (!stopped.stop_requested()) tell(sets);
            };
        };
        run_items({drawn_.size(), make_task, [&] { return evaluator_.release_memory(); }}, threads_, stop_);
        if (stop_.stop_requested()) return std::nullopt;
        std::vector<CurvePoint> points;
        for (std::size_t set = 0; set < sets.size(); ++set) points.push_back(point_of(plans[set], outcomes[set]));
        return points;
    }

    // A trial of these sets is done.
    void tell(const std::vector<Chosen>& sets) {
        const std::lock_guard lock(telling_);
        done_ += std::int64_t(sets.size());
        progress_(done_, total_, std::to_string(sets.size()) + " sets of " + std::to_string(sets.back().size()));
    }

    void run_trial_of(TrialRunner& runner, std::size_t trial, const Chosen& set, const MemoryPlan& plan, const std::stop_token& stop,
                      TrialOutcome& outcome) {
        const TrialFaults faults =
            in_protected_memory(drawn_[trial], plan.memory, settings_.seed, trial, network_.memory_parts(), scope_.layers, settings_.rate);
        outcome.faults = faults.count_below(settings_.rate);
        const Chosen key = touched(set, faults);
        if (const auto known = known_[trial].find(key); known != known_[trial].end()) {
            outcome.outcome = known->second;
            return;
        }
        const auto found = runner.run(faults, settings_.rate, stop);
        if (!found) return;
        ++passes_;
        outcome.outcome = known_[trial][key] = *found;
    }

    CampaignInfo info() const {
        CampaignInfo info;
        info.model = model_;
        info.data = data_;
        info.images = evaluator_.clean().images;
        info.classes = std::int64_t(evaluator_.classes());
        info.seed = settings_.seed;
        info.trials = settings_.trials;
        info.nonfinite = settings_.nonfinite;
        info.rates = {settings_.rate};
        info.memory = network_.memory();
        return info;
    }

    CurvePoint point_of(const MemoryPlan& plan, const std::vector<TrialOutcome>& outcomes) const {
        CurveInfo curve{.layer = scope_.name, .path = scope_.path, .clean = evaluator_.clean()};
        curve.bits = fault_bits(scope_.layers, network_.memory_parts()) +
                     count_check_places(plan.memory.get(), network_.memory_parts(), scope_.layers);
        return curve_point(settings_.rate, outcomes, curve, info());
    }

    const Network& network_;
    const std::string model_, data_;
    const ProtectFirstSettings& settings_;
    const ProtectFirstProgress& progress_;
    const std::stop_token stop_;
    const int threads_;
    Evaluator evaluator_;
    const FaultScope scope_;
    const std::vector<Candidate> candidates_;
    const double network_bits_;
    std::map<Chosen, double> storage_;
    std::vector<TrialFaults> drawn_;
    std::vector<std::map<Chosen, Outcome>> known_;  // by trial, and by what of the protected it touches
    std::atomic<std::int64_t> passes_{0};
    std::mutex telling_;
    std::int64_t done_ = 0, total_ = 1;
};

bool is_of_words_alone(const std::string& protection) {
    const ProtectionParts parts = parts_of(protection_from_string(protection));
    return !parts.activation && parts.memory.size() == 1 && parts.memory.front().layers.empty();
}

}  // namespace

void check_protect_first(const ProtectFirstSettings& settings) {
    if (!(settings.rate > 0 && settings.rate <= 1)) throw UsageError("A fault rate is a probability per bit, above 0 and at most 1.");
    if (settings.trials < 1) throw UsageError("Choose at least 1 trial.");
    if (!settings.protection.empty() && !is_of_words_alone(settings.protection))
        throw UsageError("'" + settings.protection + "' is no protection of stored words alone: choose one such as sec-ded-39-32.");
}

std::vector<ProtectionExample> protect_first_examples() {
    std::vector<ProtectionExample> examples = protection_examples();
    std::erase_if(examples, [](const ProtectionExample& example) { return !is_of_words_alone(example.id); });
    return examples;
}

std::optional<ProtectFirst> find_protect_first(const JobInputs& inputs, const FaultScope& scope, const ProtectFirstSettings& settings,
                                               const ProtectFirstProgress& progress, std::stop_token stop) {
    check_protect_first(settings);
    check_thresholds_stored({scope}, inputs.network->memory_parts());
    return Search(inputs, scope, settings, progress, std::move(stop)).run();
}

std::size_t steps_in_words(const ProtectFirst& found) {
    constexpr double enough = 0.95;
    std::size_t count = 0;
    while (count < found.steps.size() && (count == 0 || found.steps[count - 1].gain_share < enough)) ++count;
    return count;
}

std::string in_words(const ProtectFirst& found) {
    if (!(found.all.point.mean > found.unprotected.mean)) return "At this rate protecting everything gains nothing.";
    const std::size_t count = steps_in_words(found);
    if (count == 0) return "The budget allows nothing.";
    std::string names;
    for (std::size_t i = 0; i < count; ++i) names += (i == 0 ? "" : i + 1 < count ? ", " : " and ") + found.steps[i].name;
    const ProtectStep& last = found.steps[count - 1];
    std::string text = names + (count == 1 ? " gives " : " give ") + fixed_text(100 * last.gain_share, 0) + " % of the gain";
    if (found.all.storage_percent > 0)
        text += " for " + fixed_text(100 * last.storage_percent / found.all.storage_percent, 0) +
                " % of the bits that protecting all would store";
    if (text.starts_with("bit")) text.front() = 'B';
    return text + ".";
}

}  // namespace clipscope
