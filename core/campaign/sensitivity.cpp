#include "campaign/sensitivity.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <mutex>
#include <set>
#include <sstream>

#include "common/error.h"
#include "evaluation/evaluator.h"
#include "evaluation/worker_threads.h"

namespace clipscope {

namespace {

using Clock = std::chrono::steady_clock;

void check(const SensitivitySpecification& specification) {
    if (specification.scopes.empty()) throw UsageError("Choose at least one layer, or the network, for the faults to hit.");
    if (specification.rates.empty()) throw UsageError("Choose at least one fault rate.");
    for (double rate : specification.rates)
        if (!(rate >= 0 && rate <= 1)) throw UsageError("A fault rate is a probability per bit, from 0 to 1.");
    if (!std::is_sorted(specification.rates.begin(), specification.rates.end())) throw UsageError("Fault rates must ascend.");
    if (specification.trials < 1) throw UsageError("Choose at least 1 trial.");
}

CampaignStarted describe(const JobInputs& inputs, const SensitivitySpecification& specification, const Evaluator& evaluator) {
    CampaignStarted started;
    started.info.model = inputs.model_name;
    started.info.data = inputs.data_name;
    started.info.images = evaluator.clean().images;
    started.info.classes = std::int64_t(evaluator.classes());
    started.info.seed = specification.seed;
    started.info.trials = specification.trials;
    started.info.nonfinite = specification.nonfinite;
    started.info.rates = specification.rates;
    for (const FaultScope& scope : specification.scopes) {
        CurveInfo curve{.layer = scope.name, .path = scope.path, .bits = 0, .protection = Protection::none, .clean = evaluator.clean()};
        for (std::size_t layer : scope.layers) curve.bits += inputs.network->layers()[layer].bits;
        started.curves.push_back(curve);
    }
    return started;
}

// Hands out (trial, scope) pairs, all scopes of a trial before the next trial, so that every curve grows at the same pace; each pair runs all rates.
class Campaign {
public:
    Campaign(const JobInputs& inputs, const SensitivitySpecification& specification, const Evaluator& evaluator, const EventSink& sink)
        : inputs_(inputs), specification_(specification), evaluator_(evaluator), sink_(sink), started_(Clock::now()) {}

    void work(const std::stop_token& stop) {
        TrialRunner runner(evaluator_);
        const std::size_t scopes = specification_.scopes.size();
        const std::size_t count = scopes * std::size_t(specification_.trials);
        for (std::size_t item = next_++; item < count && !stop.stop_requested(); item = next_++)
            run_item(runner, item % scopes, int(item / scopes), stop);
    }

private:
    void run_item(TrialRunner& runner, std::size_t scope, int trial, const std::stop_token& stop) {
        const TrialFaults faults = draw_trial_faults(specification_.seed, std::uint64_t(trial), inputs_.network->layers(),
                                                     specification_.scopes[scope].layers, specification_.rates.back());
        TrialOutcome result{0, evaluator_.clean()};
        for (std::size_t rate = 0; rate < specification_.rates.size(); ++rate) {
            // Faulty sets are nested: as many faults as at the rate before are the same faults.
            const std::int64_t count = faults.count_below(specification_.rates[rate]);
            if (count != result.faults) {
                const std::optional<Outcome> outcome = runner.run(faults, specification_.rates[rate], stop);
                if (!outcome) return;
                result = {count, *outcome};
            }
            report(scope, rate, trial, result, faults);
        }
    }

    void report(std::size_t scope, std::size_t rate, int trial, const TrialOutcome& result, const TrialFaults& faults) {
        const std::lock_guard lock(mutex_);
        if (specification_.list_faults) sink_(list(faults, scope, rate, trial));
        sink_(TrialFinished{int(scope), int(rate), trial, result});
        const std::int64_t total = std::int64_t(specification_.scopes.size()) * specification_.trials * std::int64_t(specification_.rates.size());
        const double elapsed = std::chrono::duration<double>(Clock::now() - started_).count();
        ++done_;
        std::ostringstream activity;
        activity << "trial " << trial + 1 << " of " << specification_.trials << " · " << specification_.scopes[scope].name << " · rate "
                 << specification_.rates[rate];
        sink_(Progress{done_, total, elapsed / double(done_) * double(total - done_), activity.str()});
    }

    FaultsInjected list(const TrialFaults& faults, std::size_t scope, std::size_t rate, int trial) const {
        FaultsInjected injected{int(scope), int(rate), trial, {}};
        for (const ParameterFaults& parameter : faults.parameters) {
            const std::string& path = inputs_.network->layers()[parameter.layer].parameters[parameter.parameter].path;
            for (const MarkedBit& bit : parameter.bits)
                if (bit.mark < specification_.rates[rate])
                    injected.bits.push_back({path, std::int64_t(bit.position / 32), int(bit.position % 32)});
        }
        return injected;
    }

    const JobInputs& inputs_;
    const SensitivitySpecification& specification_;
    const Evaluator& evaluator_;
    const EventSink& sink_;
    const Clock::time_point started_;
    std::atomic<std::size_t> next_{0};
    std::mutex mutex_;
    std::int64_t done_ = 0;
};

}  // namespace

void run_sensitivity(const JobInputs& inputs, const SensitivitySpecification& specification, const EventSink& sink, std::stop_token stop) {
    check(specification);
    const Clock::time_point started = Clock::now();
    const int threads = resolve_threads(specification.threads);
    Evaluator evaluator(inputs.network, inputs.images, inputs.input,
                        {.chunk = specification.chunk, .device = specification.device, .memory_bytes = specification.memory_bytes, .exact = specification.exact});
    std::set<std::size_t> first_layers;
    for (const FaultScope& scope : specification.scopes) first_layers.insert(scope.layers.begin(), scope.layers.end());
    const std::vector<std::size_t> layers(first_layers.begin(), first_layers.end());
    if (evaluator.prepare(layers, threads, stop)) {
        sink(describe(inputs, specification, evaluator));
        Campaign campaign(inputs, specification, evaluator, sink);
        run_on_workers(threads, stop, [&](int, const std::stop_token& stopped) { campaign.work(stopped); });
    }
    const double seconds = std::chrono::duration<double>(Clock::now() - started).count();
    sink(JobFinished{stop.stop_requested() ? JobEnd::stopped : JobEnd::done, seconds});
}

Outcome run_clean(const JobInputs& inputs, int threads, int chunk, const std::string& device, std::stop_token stop) {
    Evaluator evaluator(inputs.network, inputs.images, inputs.input, {.chunk = chunk, .device = device, .memory_bytes = 0});
    evaluator.prepare({}, resolve_threads(threads), stop);
    return evaluator.clean();
}

}  // namespace clipscope
