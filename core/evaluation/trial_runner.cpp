#include "evaluation/evaluator_state.h"
#include "evaluation/fault_injector.h"
#include "evaluation/incremental_run.h"
#include "evaluation/operation_count.h"
#include "evaluation/trial_results.h"

namespace clipscope {

struct TrialRunner::State {
    explicit State(const Evaluator::State& evaluator) : evaluator(evaluator), injector(evaluator) {}

    const Evaluator::State& evaluator;
    FaultInjector injector;
    InjectionCounts counts;  // of the latest run with a faulty bit

    // False where it was stopped.
    bool run_exact(const InjectedFaults& faults, const std::stop_token& stop, TrialResults& results) const;
    bool run_incremental(const InjectedFaults& faults, const std::stop_token& stop, TrialResults& results) const;
};

bool TrialRunner::State::run_exact(const InjectedFaults& faults, const std::stop_token& stop, TrialResults& results) const {
    const Program& program = evaluator.network->program();
    const std::size_t start = evaluator.start_step(faults.first_step);
    for (std::size_t chunk = 0; chunk < evaluator.batches->size(); ++chunk) {
        if (stop.stop_requested()) return false;
        Frame frame = evaluator.start_frame(start, chunk);
        for (const auto& [slot, parameter] : faults.parameters) frame[std::size_t(slot)] = parameter.values;
        evaluator.run_whole_steps(frame, chunk, start, program.steps().size());
        results.set_logits_of_chunk(evaluator.first_image(chunk), program.output(frame));
    }
    return true;
}

bool TrialRunner::State::run_incremental(const InjectedFaults& faults, const std::stop_token& stop, TrialResults& results) const {
    IncrementalRun run(evaluator, faults.parameters, stop);
    for (const ImageRange& range : IncrementalRun::ranges(evaluator, faults.first_step)) {
        run.start(range, faults.first_step);
        if (!run.finish(results)) return false;
    }
    return true;
}

TrialRunner::TrialRunner(const Evaluator& evaluator) : state_(std::make_unique<State>(evaluator.state())) {}
TrialRunner::~TrialRunner() = default;

std::optional<Outcome> TrialRunner::run(const TrialFaults& faults, double rate, std::stop_token stop, std::vector<float>* logits) {
    const torch::NoGradGuard no_gradients;
    const Evaluator::State& evaluator = state_->evaluator;
    TrialResults results(evaluator, logits);
    if (faults.count_below(rate) == 0) {
        if (logits) results.set_logits_of_chunk(0, evaluator.clean_logits);
        return evaluator.clean;
    }
    const InjectedFaults injected = state_->injector.inject(faults, rate);
    state_->counts = injected.counts;
    if (injected.parameters.empty()) {  // every faulty bit is stuck at the value it had
        if (logits) results.set_logits_of_chunk(0, evaluator.clean_logits);
        return evaluator.clean;
    }
    const bool finished = evaluator.exact ? state_->run_exact(injected, stop, results) : state_->run_incremental(injected, stop, results);
    return finished ? std::optional<Outcome>(results.outcome()) : std::nullopt;
}

const InjectionCounts& TrialRunner::injected() const {
    return state_->counts;
}

bool TrialRunner::parameters_are_clean() const {
    return state_->injector.copies_are_clean();
}

}  // namespace clipscope
