#include <cstring>
#include <set>
#include <unordered_map>

#include "common/error.h"
#include "evaluation/evaluator_state.h"
#include "evaluation/incremental_run.h"
#include "faults/bit_faults.h"

namespace clipscope {

namespace {

void append(const at::Tensor& chunk, std::vector<float>* logits) {
    if (!logits) return;
    const at::Tensor values = chunk.to(at::kCPU, at::kFloat).contiguous();
    logits->insert(logits->end(), values.data_ptr<float>(), values.data_ptr<float>() + values.numel());
}

}  // namespace

struct TrialRunner::State {
    explicit State(const Evaluator::State& evaluator) : evaluator(evaluator) {}

    const Evaluator::State& evaluator;
    std::unordered_map<std::size_t, at::Tensor> copies;  // by index into Program::tensors(), on the CPU
    InjectionCounts injected;

    std::size_t tensor_of(const ParameterFaults& faults) const {
        return evaluator.network->structure().layers[faults.layer].tensors[faults.parameter];
    }

    at::Tensor& copy_of(std::size_t tensor) {
        at::Tensor& copy = copies[tensor];
        if (!copy.defined()) copy = evaluator.network->program().tensors()[tensor].tensor.contiguous().clone();
        return copy;
    }

    // Injects the faults; `in_memory` takes them back when it goes. `first_step` becomes the first step that reads a faulty parameter.
    FaultyParameters inject(const TrialFaults& faults, double rate, std::vector<BitFaults>& in_memory, std::size_t& first_step);
    std::optional<Outcome> run_exact(const FaultyParameters& faulty, std::size_t first_step, const std::stop_token& stop,
                                     std::vector<float>* logits) const;
    std::optional<Outcome> run_incremental(const FaultyParameters& faulty, std::size_t first_step, const std::stop_token& stop,
                                           std::vector<float>* logits) const;
};

FaultyParameters TrialRunner::State::inject(const TrialFaults& faults, double rate, std::vector<BitFaults>& in_memory,
                                            std::size_t& first_step) {
    const Program& program = evaluator.network->program();
    FaultyParameters faulty;
    injected.clear();
    for (const ParameterFaults& parameter : faults.parameters) {
        const NamedTensor& named = program.tensors()[tensor_of(parameter)];
        at::Tensor& copy = copy_of(tensor_of(parameter));
        const Network& network = *evaluator.network;
        BitFaults faults_here(
            {{copy.data_ptr<float>(), std::size_t(copy.numel())}, network.codec(tensor_of(parameter)), network.memory().kind},
            parameter.bits, rate);
        if (faults_here.count() == 0) continue;
        if (faults_here.count_changed() != faults_here.count_effective())
            throw Error("Injecting faults into " + named.path + " changed " + std::to_string(faults_here.count_changed()) +
                        " bits instead of " + std::to_string(faults_here.count_effective()) + ": this is a defect, please report it.");
        if (injected.empty() || injected.back().layer != parameter.layer) injected.push_back({.layer = parameter.layer});
        faults_here.count_into(injected.back());
        if (faults_here.count_effective() == 0) continue;  // bits stuck at what they are
        const std::uint64_t elements_a_row = std::uint64_t(copy.numel() / copy.size(0));
        std::set<std::int64_t> rows;
        for (const BitFaults::Word& word : faults_here.words())
            if (word.faulty != word.clean) rows.insert(std::int64_t(word.element / elements_a_row));
        faulty[named.slot] = {copy.to(evaluator.device), {rows.begin(), rows.end()}};
        in_memory.push_back(std::move(faults_here));
        first_step = std::min(first_step, evaluator.network->structure().layers[parameter.layer].first_step);
    }
    return faulty;
}

std::optional<Outcome> TrialRunner::State::run_exact(const FaultyParameters& faulty, std::size_t first_step, const std::stop_token& stop,
                                                     std::vector<float>* logits) const {
    const Program& program = evaluator.network->program();
    const std::size_t start = evaluator.start_step(first_step);
    Outcome outcome;
    for (std::size_t chunk = 0; chunk < evaluator.batches->size(); ++chunk) {
        if (stop.stop_requested()) return std::nullopt;
        Frame frame = evaluator.start_frame(start, chunk);
        for (const auto& [slot, parameter] : faulty) frame[std::size_t(slot)] = parameter.values;
        program.run(frame, start, program.steps().size(), evaluator.overrides);
        score_batch(program.output(frame), (*evaluator.batches)[chunk].labels, evaluator.clean_predictions[chunk], outcome);
        append(program.output(frame), logits);
    }
    return outcome;
}

std::optional<Outcome> TrialRunner::State::run_incremental(const FaultyParameters& faulty, std::size_t first_step,
                                                           const std::stop_token& stop, std::vector<float>* logits) const {
    IncrementalRun run(evaluator, faulty);
    Outcome outcome;
    for (std::size_t chunk = 0; chunk < evaluator.batches->size(); ++chunk) {
        if (stop.stop_requested()) return std::nullopt;
        run.run(chunk, first_step, outcome, logits);
    }
    return outcome;
}

TrialRunner::TrialRunner(const Evaluator& evaluator) : state_(std::make_unique<State>(evaluator.state())) {}
TrialRunner::~TrialRunner() = default;

std::optional<Outcome> TrialRunner::run(const TrialFaults& faults, double rate, std::stop_token stop, std::vector<float>* logits) {
    const torch::NoGradGuard no_gradients;
    const Evaluator::State& evaluator = state_->evaluator;
    if (faults.count_below(rate) == 0) {
        for (const at::Tensor& chunk : evaluator.clean_logits) append(chunk, logits);
        return evaluator.clean;
    }
    std::vector<BitFaults> in_memory;
    std::size_t first_step = evaluator.network->program().steps().size();
    const FaultyParameters faulty = state_->inject(faults, rate, in_memory, first_step);
    if (faulty.empty()) {  // every faulty bit is stuck at the value it had
        for (const at::Tensor& chunk : evaluator.clean_logits) append(chunk, logits);
        return evaluator.clean;
    }
    return evaluator.exact ? state_->run_exact(faulty, first_step, stop, logits)
                           : state_->run_incremental(faulty, first_step, stop, logits);
}

const InjectionCounts& TrialRunner::injected() const {
    return state_->injected;
}

bool TrialRunner::parameters_are_clean() const {
    for (const auto& [tensor, copy] : state_->copies) {
        const at::Tensor original = state_->evaluator.network->program().tensors()[tensor].tensor.contiguous();
        if (std::memcmp(original.data_ptr<float>(), copy.data_ptr<float>(), std::size_t(copy.numel()) * sizeof(float)) != 0) return false;
    }
    return true;
}

}  // namespace clipscope
