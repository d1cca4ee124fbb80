#include "campaign/bit_positions.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <set>

#include "campaign/curve_campaign.h"
#include "campaign/item_bytes.h"
#include "common/counter_random.h"
#include "common/error.h"
#include "evaluation/evaluator.h"
#include "evaluation/item_workers.h"

namespace clipscope {
namespace {

using Clock = std::chrono::steady_clock;

bool has_bit(const ParameterInfo& parameter, int bit) {
    return bit < parameter.word_bits && (parameter.faulty_bits >> bit & 1) != 0;
}

// Hands out (trial, curve) pairs; each runs all positions.
class Positions {
public:
    Positions(const JobInputs& inputs, const BitPositionSpecification& specification, const Evaluator& evaluator,
              const std::vector<int>& positions, const EventSink& sink)
        : layers_(inputs.network->memory_parts()),
          specification_(specification),
          evaluator_(evaluator),
          positions_(positions),
          sink_(sink),
          self_check_(specification.self_check, specification.seed),
          started_(Clock::now()) {}

    void run(int threads, const std::stop_token& stop) {
        const std::size_t items = specification_.scopes.size() * std::size_t(specification_.trials);
        positions_reported_.assign(items, 0);
        const std::size_t curves = specification_.scopes.size();
        for (std::size_t item = 0; item < items; ++item)
            if (specification_.share.holds(piece_of_trial(item % curves, curves, item / curves))) todo_.push_back(item);
        const ItemExchange exchange{.take = [this](std::size_t place) { return take(todo_[place]); },
                                    .put = [this](std::size_t place, const std::string& bytes) { put(todo_[place], bytes); }};
        run_items({todo_.size(), [this] { return make_task(); }, [this] { return evaluator_.release_memory(); }, specification_.share.team,
                   exchange},
                  threads, stop);
        if (!self_check_.is_on(evaluator_)) return;
        const SelfCheckCounts counts = self_check_.counts();
        std::array numbers{counts.trials, counts.near_ties};
        if (specification_.share.team) specification_.share.team->sum(numbers);
        sink_(SelfChecked{{numbers[0], numbers[1]}});
    }

private:
    ItemTask make_task() {
        const auto runner = std::make_shared<TrialRunner>(evaluator_);
        return [this, runner](std::size_t place, const std::stop_token& stop) {
            const std::size_t item = todo_[place];
            const std::size_t curves = specification_.scopes.size();
            // An item that ran out of memory goes on where it was.
            const std::set<std::size_t> checked = checked_positions(item % curves, int(item / curves));
            for (std::size_t& position = positions_reported_[item]; position < positions_.size(); ++position)
                if (!run(*runner, item % curves, position, int(item / curves), checked.contains(position), stop)) return;
        };
    }

    // Those that are run in the exact mode too, among those where the scope has a bit.
    std::set<std::size_t> checked_positions(std::size_t curve, int trial) const {
        std::set<std::size_t> checked;
        if (!self_check_.is_on(evaluator_)) return checked;
        std::vector<double> points;
        std::vector<std::size_t> places;
        for (std::size_t position = 0; position < positions_.size(); ++position) {
            if (fault_of(curve, position, trial).parameters.empty()) continue;
            points.push_back(positions_[position]);
            places.push_back(position);
        }
        for (const std::size_t chosen : self_check_.chosen(specification_.scopes[curve].name, std::uint64_t(trial), points))
            checked.insert(places[chosen]);
        return checked;
    }

    TrialFaults fault_of(std::size_t curve, std::size_t position, int trial) const {
        return single_bit_fault(specification_.seed, std::uint64_t(trial), layers_, specification_.scopes[curve], positions_[position]);
    }

    bool check(TrialRunner& runner, std::size_t curve, std::size_t position, int trial, const TrialFaults& faults, const Outcome* outcome,
               const std::stop_token& stop) {
        const SelfCheckedTrial checked{.curve = specification_.scopes[curve].name,
                                       .trial = std::uint64_t(trial),
                                       .point = double(positions_[position]),
                                       .point_name = "bit " + std::to_string(positions_[position]),
                                       .faults = faults,
                                       .rate = 1,
                                       .outcome = outcome};
        return self_check_.check(runner, evaluator_, checked, stop);
    }

    // False where it was stopped.
    bool run(TrialRunner& runner, std::size_t curve, std::size_t position, int trial, bool is_checked, const std::stop_token& stop) {
        const TrialFaults faults = fault_of(curve, position, trial);
        if (specification_.known && specification_.known(curve, position, trial)) {
            ++known_;
            return !is_checked || check(runner, curve, position, trial, faults, nullptr, stop);
        }
        const auto outcome = runner.run(faults, 1, stop);
        if (!outcome || (is_checked && !check(runner, curve, position, trial, faults, &*outcome, stop))) return false;
        const TrialOutcome result{faults.count_below(1), *outcome};
        const std::lock_guard lock(mutex_);
        if (specification_.share.team && !specification_.share.team->is_first())
            exchanged_[std::size_t(trial) * specification_.scopes.size() + curve].push_back({position, trial_json(result)});
        else
            tell(curve, position, trial, result);
        return true;
    }

    // While the mutex is held.
    void tell(std::size_t curve, std::size_t position, int trial, const TrialOutcome& result) {
        sink_(TrialFinished{int(curve), int(position), trial, result});
        const std::int64_t known = known_;
        const auto total = std::int64_t(todo_.size() * positions_.size());
        const double elapsed = std::chrono::duration<double>(Clock::now() - started_).count();
        ++done_;
        sink_(Progress{done_ + known, total, elapsed / double(done_) * double(total - done_ - known),
                       "trial " + std::to_string(trial + 1) + " of " + std::to_string(specification_.trials) + " · " +
                           specification_.scopes[curve].name + " · bit " + std::to_string(positions_[position])});
    }

    // What an item came to, for the first of the team: a list of [position, trial].
    std::string take(std::size_t item) {
        const std::lock_guard lock(mutex_);
        const auto known = exchanged_.extract(item);
        return to_bytes(known.empty() ? nlohmann::ordered_json::array() : known.mapped());
    }

    void put(std::size_t item, const std::string& bytes) {
        const auto results = from_bytes(bytes);
        const std::lock_guard lock(mutex_);
        const std::size_t curves = specification_.scopes.size();
        for (const auto& result : results)
            tell(item % curves, result.at(0).get<std::size_t>(), int(item / curves), read_trial(result.at(1)));
    }

    const std::vector<LayerInfo>& layers_;
    const BitPositionSpecification& specification_;
    const Evaluator& evaluator_;
    const std::vector<int>& positions_;
    const EventSink& sink_;
    SelfCheck self_check_;
    const Clock::time_point started_;
    std::atomic<std::int64_t> known_{0};           // met so far
    std::vector<std::size_t> positions_reported_;  // by item
    std::vector<std::size_t> todo_;                // items
    std::mutex mutex_;
    std::int64_t done_ = 0;
    std::map<std::size_t, nlohmann::ordered_json> exchanged_;  // by item: what goes to the first of the team
};

}  // namespace

std::vector<int> bit_positions(const std::vector<LayerInfo>& layers, const std::vector<FaultScope>& scopes) {
    std::uint32_t mask = 0;
    for (const FaultScope& scope : scopes)
        for (const std::size_t layer : scope.layers)
            for (const ParameterInfo& parameter : layers[layer].parameters) mask |= parameter.faulty_bits;
    std::vector<int> positions;
    for (; mask != 0; mask &= mask - 1) positions.push_back(std::countr_zero(mask));
    return positions;
}

TrialFaults single_bit_fault(std::uint64_t seed, std::uint64_t trial, const std::vector<LayerInfo>& layers, const FaultScope& scope,
                             int bit) {
    struct Candidate {
        std::size_t layer;
        std::size_t parameter;
        std::uint64_t elements;
    };
    std::vector<Candidate> candidates;
    std::set<std::string> seen;  // a parameter that two layers share is one
    std::uint64_t total = 0;
    for (const std::size_t layer : scope.layers) {
        for (std::size_t i = 0; i < layers[layer].parameters.size(); ++i) {
            const ParameterInfo& parameter = layers[layer].parameters[i];
            if (!has_bit(parameter, bit) || !seen.insert(parameter.path).second) continue;
            candidates.push_back({layer, i, std::uint64_t(parameter.elements)});
            total += candidates.back().elements;
        }
    }
    TrialFaults faults;
    if (total == 0) return faults;
    const CounterRandom random(seed, RandomDomain::single_bits);
    auto element = std::uint64_t(unit_interval(random.block({trial, fnv1a_64(scope.name), 0, 0})[0]) * double(total));
    for (const Candidate& candidate : candidates) {
        if (element >= candidate.elements) {
            element -= candidate.elements;
            continue;
        }
        const auto word_bits = std::uint64_t(layers[candidate.layer].parameters[candidate.parameter].word_bits);
        faults.parameters.push_back({candidate.layer, candidate.parameter, {{element * word_bits + std::uint64_t(bit), 0}}});
        break;
    }
    return faults;
}

void run_bit_positions(const JobInputs& inputs, const BitPositionSpecification& specification, const EventSink& sink,
                       std::stop_token stop) {
    if (specification.scopes.empty()) throw UsageError("Choose at least one layer, or the network, for the faults to hit.");
    if (specification.trials < 1) throw UsageError("Choose at least 1 trial.");
    if (inputs.network->memory().pattern != FaultPattern{})
        throw UsageError("Accuracy against the bit position is measured with one faulty bit a trial: choose the pattern bit.");
    check_thresholds_stored(specification.scopes, inputs.network->memory_parts());
    const auto started = Clock::now();
    const int threads = resolve_threads(specification.threads);
    Evaluator evaluator(inputs.network, inputs.images, inputs.input,
                        {.chunk = specification.chunk, .device = specification.device, .memory_bytes = specification.memory_bytes});
    std::set<std::size_t> scope_parts;
    for (const FaultScope& scope : specification.scopes) scope_parts.insert(scope.layers.begin(), scope.layers.end());
    if (evaluator.prepare(std::vector<std::size_t>(scope_parts.begin(), scope_parts.end()), threads, stop)) {
        BitPositionSpecification stored = specification;
        for (FaultScope& scope : stored.scopes) scope = stored_scope(evaluator, scope);
        const std::vector<int> positions = bit_positions(inputs.network->memory_parts(), stored.scopes);
        CampaignSettings settings{
            .rates = {}, .trials = specification.trials, .seed = specification.seed, .nonfinite = specification.nonfinite};
        settings.rates.assign(positions.begin(), positions.end());
        std::vector<CampaignCurve> curves;
        for (const FaultScope& scope : stored.scopes) curves.push_back({&evaluator, scope, Protection::none});
        CampaignStarted campaign = describe_campaign(inputs, settings, curves);
        campaign.info.axis = PointAxis::bit_position;
        sink(campaign);
        Positions(inputs, stored, evaluator, positions, sink).run(threads, stop);
    }
    const double seconds = std::chrono::duration<double>(Clock::now() - started).count();
    sink(JobFinished{stop.stop_requested() ? JobEnd::stopped : JobEnd::done, seconds});
}

}  // namespace clipscope
