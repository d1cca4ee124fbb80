#include <algorithm>
#include <iterator>
#include <numeric>
#include <tuple>

#include "evaluation/evaluator_state.h"
#include "evaluation/fault_injector.h"
#include "evaluation/faulty_outputs.h"
#include "evaluation/incremental_run.h"
#include "evaluation/operation_count.h"
#include "evaluation/stacked_run.h"
#include "evaluation/trial_results.h"

namespace clipscope {

namespace {

constexpr std::size_t most_stacked = 8;  // variants a pass: each takes memory for a chunk's values

// One of several trials that run at once, each with faults in parameters of its own.
struct JointTrial {
    std::size_t place;  // among the runs asked for
    std::unique_ptr<InjectedFaults> injected;
    std::unique_ptr<IncrementalRun> run;
    std::optional<IncrementalRun::WantedProduct> wanted{};
};

// Those that wait for the earliest of the wanted products.
std::vector<JointTrial*> earliest_waiting(std::vector<JointTrial>& trials) {
    std::vector<JointTrial*> earliest;
    for (JointTrial& trial : trials) {
        if (!trial.wanted || (!earliest.empty() && trial.wanted->step > earliest.front()->wanted->step)) continue;
        if (!earliest.empty() && trial.wanted->step < earliest.front()->wanted->step) earliest.clear();
        earliest.push_back(&trial);
    }
    return earliest;
}

// To the end of all; products with clean parameters are computed for all that wait for the same one. False where it was stopped.
bool run_jointly(std::vector<JointTrial>& trials, const Evaluator::State& evaluator, const std::stop_token& stop) {
    for (JointTrial& trial : trials) trial.wanted = trial.run->run_to_product();
    while (!stop.stop_requested()) {
        const std::vector<JointTrial*> waiting = earliest_waiting(trials);
        if (waiting.empty()) return true;
        std::vector<at::Tensor> inputs;
        for (const JointTrial* trial : waiting) inputs.push_back(trial->wanted->input);
        const DenseStep& dense = evaluator.dense_steps->at(waiting.front()->wanted->step);
        const at::Tensor product = dense.run(inputs.size() == 1 ? inputs.front() : at::cat(inputs));
        std::int64_t first = 0;
        for (JointTrial* trial : waiting) {
            const std::int64_t images = trial->wanted->input.size(0);
            trial->run->take_product(product.narrow(0, first, images).clone());
            first += images;
            trial->wanted = trial->run->run_to_product();
        }
    }
    return false;
}

}  // namespace

std::vector<std::int64_t> ImageSample::all() const {
    std::vector<std::int64_t> images(right.size() + others.size());
    std::merge(right.begin(), right.end(), others.begin(), others.end(), images.begin());
    return images;
}

struct TrialRunner::State {
    explicit State(const Evaluator::State& evaluator) : evaluator(evaluator), injector(evaluator) {}

    const Evaluator::State& evaluator;
    FaultInjector injector;
    std::vector<std::unique_ptr<FaultInjector>> more_injectors;  // of trials that run at once
    CleanCache cache;
    InjectionCounts counts;  // of the latest run with a faulty bit

    // Where all clean values are kept, images that lie far from each other may run together as well.
    bool runs_in_one_pass(const InjectedFaults& faults, std::size_t images) const {
        return !faults.parameters.empty() && evaluator.keeps_all_clean && evaluator.is_incremental(faults.first_step) &&
               evaluator.starts_apart_at(faults.first_step) && images <= evaluator.images_a_pass;
    }
    FaultInjector& injector_of(std::size_t joint_trial) {
        while (more_injectors.size() <= joint_trial) more_injectors.push_back(std::make_unique<FaultInjector>(evaluator));
        return *more_injectors[joint_trial];
    }
    std::vector<ImageRange> ranges(std::size_t first_step) const {
        return evaluator.is_incremental(first_step) ? IncrementalRun::ranges(evaluator, first_step) : evaluator.chunks;
    }
    // One of the ranges; false where it was stopped. `outputs`: with transient faults as well.
    bool run_range(const ImageRange& range, const InjectedFaults& faults, const std::stop_token& stop, TrialResults& results,
                   FaultyOutputs* outputs = nullptr);
    void run_whole_chunk(std::size_t chunk, std::size_t first_step, const InjectedFaults& faults, FaultyOutputs* outputs,
                         TrialResults& results) const;
    // A trial with faulty outputs; false where it was stopped.
    bool run_outputs(const InjectedFaults& faults, FaultyOutputs& outputs, const std::stop_token& stop, TrialResults& results);
    bool run_images(const std::vector<std::int64_t>& images, std::size_t first_step, const InjectedFaults& faults, FaultyOutputs& outputs,
                    const std::stop_token& stop, TrialResults& results);
    bool run_stacked(const std::vector<InjectedFaults>& variants, const std::stop_token& stop, std::vector<TrialResults>& results) const;
    std::optional<bool> run_together(const TrialFaults& faults, std::span<const double> rates, const std::stop_token& stop,
                                     std::vector<TrialResults>& results, std::vector<InjectionCounts>& counts_of_rates);
};

bool TrialRunner::State::run_range(const ImageRange& range, const InjectedFaults& faults, const std::stop_token& stop,
                                   TrialResults& results, FaultyOutputs* outputs) {
    if (stop.stop_requested()) return false;
    const std::size_t first_step = outputs ? std::min(faults.first_step, outputs->first_step()) : faults.first_step;
    if (evaluator.is_incremental(first_step)) {
        IncrementalRun run(evaluator, faults.parameters, cache, stop);
        if (outputs) run.hit_outputs(*outputs);
        run.start(range, first_step);
        return run.finish(results);
    }
    for (const std::size_t chunk : evaluator.chunks_of(range)) {
        if (stop.stop_requested()) return false;
        run_whole_chunk(chunk, first_step, faults, outputs, results);
    }
    return true;
}

void TrialRunner::State::run_whole_chunk(std::size_t chunk, std::size_t first_step, const InjectedFaults& faults, FaultyOutputs* outputs,
                                         TrialResults& results) const {
    const Program& program = evaluator.network->program();
    const ImageRange& images = evaluator.chunks[chunk];
    if (outputs && faults.parameters.empty() && !outputs->is_hit(images)) {
        for (std::size_t image = images.first; image < images.end(); ++image) results.set_clean(std::int64_t(image));
        return;
    }
    std::size_t next = evaluator.start_step(first_step);
    Frame frame = evaluator.start_frame(next, chunk);
    for (const auto& [slot, parameter] : faults.parameters) frame[std::size_t(slot)] = parameter.values;
    if (outputs) {
        std::vector<std::int64_t> of_chunk(images.count);
        std::iota(of_chunk.begin(), of_chunk.end(), std::int64_t(images.first));
        for (const std::size_t step : outputs->steps()) {
            if (!outputs->is_hit_at(step, of_chunk)) continue;
            evaluator.run_whole_steps(frame, chunk, next, step + 1);
            c10::IValue& values = frame[std::size_t(outputs->slot_at(step))];
            values = outputs->with_faults(step, of_chunk, values.toTensor());
            next = step + 1;
        }
    }
    evaluator.run_whole_steps(frame, chunk, next, program.steps().size());
    results.set_logits_of_chunk(evaluator.first_image(chunk), program.output(frame));
}

// Images without a fault stay as they are where the parameters are clean; the others start where their first fault is.
bool TrialRunner::State::run_outputs(const InjectedFaults& faults, FaultyOutputs& outputs, const std::stop_token& stop,
                                     TrialResults& results) {
    const auto by_step = outputs.images_by_first_step();
    const bool is_image_by_image = faults.parameters.empty() && std::ranges::all_of(by_step, [&](const auto& images) {
                                       return evaluator.is_incremental(images.first) && evaluator.starts_apart_at(images.first);
                                   });
    if (!is_image_by_image) {
        const std::size_t first_step = std::min(faults.first_step, outputs.first_step());
        return std::ranges::all_of(ranges(first_step),
                                   [&](const ImageRange& range) { return run_range(range, faults, stop, results, &outputs); });
    }
    for (std::size_t image = 0; image < evaluator.image_count(); ++image)
        if (!outputs.is_hit_from(std::int64_t(image), 0)) results.set_clean(std::int64_t(image));
    return std::ranges::all_of(by_step,
                               [&](const auto& images) { return run_images(images.second, images.first, faults, outputs, stop, results); });
}

bool TrialRunner::State::run_images(const std::vector<std::int64_t>& images, std::size_t first_step, const InjectedFaults& faults,
                                    FaultyOutputs& outputs, const std::stop_token& stop, TrialResults& results) {
    const auto run_some = [&](const ImageRange& range, std::span<const std::int64_t> some) {
        if (some.empty()) return true;
        if (stop.stop_requested()) return false;
        IncrementalRun run(evaluator, faults.parameters, cache, stop);
        run.hit_outputs(outputs);
        run.start(range, some, first_step);
        return run.finish(results);
    };
    std::span<const std::int64_t> left = images;
    if (evaluator.keeps_all_clean) {  // then images that lie far from each other may run together
        for (std::size_t count = 0; !left.empty(); left = left.subspan(count)) {
            count = std::min(left.size(), evaluator.images_a_pass);
            if (!run_some({0, evaluator.image_count()}, left.first(count))) return false;
        }
        return true;
    }
    return std::ranges::all_of(ranges(first_step), [&](const ImageRange& range) {
        const auto count = std::size_t(std::ranges::lower_bound(left, std::int64_t(range.end())) - left.begin());
        const auto of_range = left.first(count);
        left = left.subspan(count);
        return run_some(range, of_range);
    });
}

// Where clean values must be computed again: once for all rates of a range of images. Nothing where the rates cannot share ranges.
std::optional<bool> TrialRunner::State::run_together(const TrialFaults& faults, std::span<const double> rates, const std::stop_token& stop,
                                                     std::vector<TrialResults>& results, std::vector<InjectionCounts>& counts_of_rates) {
    std::size_t first_step = 0;
    for (const double rate : rates) {
        const InjectedFaults injected = injector.inject(faults, rate);
        first_step = injected.first_step;
        if (injected.parameters.empty() || !evaluator.is_incremental(first_step) || !evaluator.starts_apart_at(first_step))
            return std::nullopt;
        counts_of_rates.push_back(injected.counts);
        results.emplace_back(evaluator);
    }
    for (const ImageRange& range : ranges(first_step))
        for (std::size_t rate = 0; rate < rates.size(); ++rate)
            if (!run_range(range, injector.inject(faults, rates[rate]), stop, results[rate])) return false;
    return true;
}

bool TrialRunner::State::run_stacked(const std::vector<InjectedFaults>& variants, const std::stop_token& stop,
                                     std::vector<TrialResults>& results) const {
    std::vector<FaultyParameters> parameters;
    std::size_t first_step = evaluator.network->program().steps().size();
    for (const InjectedFaults& variant : variants) {
        parameters.push_back(variant.parameters);
        first_step = std::min(first_step, variant.first_step);
    }
    StackedRun run(evaluator, parameters, first_step);
    for (std::size_t chunk = 0; chunk < evaluator.chunks.size(); ++chunk) {
        if (stop.stop_requested()) return false;
        const std::vector<at::Tensor> logits = run.run(chunk).to(at::kCPU).chunk(std::int64_t(variants.size()));
        for (std::size_t i = 0; i < variants.size(); ++i) results[i].set_logits_of_chunk(evaluator.first_image(chunk), logits[i]);
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
    if (FaultyOutputs outputs(evaluator, faults.outputs, rate); !outputs.is_empty()) {
        output_values_.clear();
        if (lists_output_values_) outputs.list_values(output_values_);
        if (!state_->run_outputs(injected, outputs, stop, results)) return std::nullopt;
        std::ranges::sort(output_values_, {},
                          [](const FaultyOutputValue& value) { return std::tuple(value.part, value.image, value.element); });
        std::ranges::move(outputs.counts(), std::back_inserter(state_->counts));
        return results.outcome();
    }
    if (injected.parameters.empty()) {  // every faulty bit is stuck at the value it had
        if (logits) results.set_logits_of_chunk(0, evaluator.clean_logits);
        return evaluator.clean;
    }
    for (const ImageRange& range : state_->ranges(injected.first_step))
        if (!state_->run_range(range, injected, stop, results)) return std::nullopt;
    return results.outcome();
}

std::optional<SampledOutcome> TrialRunner::run_sample(const TrialFaults& faults, double rate, const ImageSample& sample,
                                                      std::stop_token stop) {
    const torch::NoGradGuard no_gradients;
    const Evaluator::State& evaluator = state_->evaluator;
    TrialResults results(evaluator);
    const std::vector<std::int64_t> images = sample.all();
    const auto all_clean = [&] {
        for (const std::int64_t image : images) results.set_clean(image);
        return results.outcome_of(sample);
    };
    if (faults.count_below(rate) == 0) return all_clean();
    const InjectedFaults injected = state_->injector.inject(faults, rate);
    state_->counts = injected.counts;
    if (injected.parameters.empty()) return all_clean();
    const std::size_t first_step = injected.first_step;
    const bool is_apart = evaluator.is_incremental(first_step) && evaluator.starts_apart_at(first_step);
    std::vector<ImageRange> ranges = state_->ranges(first_step);
    if (state_->runs_in_one_pass(injected, images.size())) ranges = {{0, evaluator.image_count()}};
    for (const ImageRange& range : ranges) {
        const auto first = std::lower_bound(images.begin(), images.end(), std::int64_t(range.first));
        const auto last = std::lower_bound(first, images.end(), std::int64_t(range.end()));
        if (first == last) continue;
        if (!is_apart) {
            if (!state_->run_range(range, injected, stop, results)) return std::nullopt;
            continue;
        }
        if (stop.stop_requested()) return std::nullopt;
        IncrementalRun run(evaluator, injected.parameters, state_->cache, stop);
        run.start(range, {first, last}, first_step);
        if (!run.finish(results)) return std::nullopt;
    }
    return results.outcome_of(sample);
}

std::optional<std::vector<SampledOutcome>> TrialRunner::run_samples(std::span<const SampledRun> runs, std::stop_token stop) {
    const torch::NoGradGuard no_gradients;
    const Evaluator::State& evaluator = state_->evaluator;
    std::vector<SampledOutcome> outcomes(runs.size());
    std::vector<JointTrial> joint;
    for (std::size_t i = 0; i < runs.size(); ++i) {
        if (runs.size() > 1 && evaluator.keeps_all_clean && runs[i].faults->count_below(runs[i].rate) > 0) {
            auto injected = std::make_unique<InjectedFaults>(state_->injector_of(joint.size()).inject(*runs[i].faults, runs[i].rate));
            const std::vector<std::int64_t> images = runs[i].sample->all();
            if (state_->runs_in_one_pass(*injected, images.size())) {
                auto run = std::make_unique<IncrementalRun>(evaluator, injected->parameters, state_->cache, stop);
                run->start({0, evaluator.image_count()}, images, injected->first_step);
                joint.push_back({i, std::move(injected), std::move(run)});
                continue;
            }
        }
        const auto outcome = run_sample(*runs[i].faults, runs[i].rate, *runs[i].sample, stop);
        if (!outcome) return std::nullopt;
        outcomes[i] = *outcome;
    }
    if (!run_jointly(joint, evaluator, stop)) return std::nullopt;
    for (const JointTrial& trial : joint) {
        TrialResults results(evaluator);
        trial.run->report(results);
        outcomes[trial.place] = results.outcome_of(*runs[trial.place].sample);
    }
    return outcomes;
}

bool TrialRunner::run_rates(const TrialFaults& faults, std::span<const double> rates, std::stop_token stop,
                            const std::function<void(std::size_t rate_index, const Outcome& outcome)>& report) {
    const torch::NoGradGuard no_gradients;
    const Evaluator::State& evaluator = state_->evaluator;
    if (!evaluator.keeps_all_clean && rates.size() > 1 && faults.outputs.empty()) {
        std::vector<TrialResults> results;
        std::vector<InjectionCounts> counts;
        if (const std::optional<bool> finished = state_->run_together(faults, rates, stop, results, counts)) {
            if (!*finished) return false;
            for (std::size_t rate = 0; rate < rates.size(); ++rate) {
                state_->counts = counts[rate];
                report(rate, results[rate].outcome());
            }
            return true;
        }
    }
    if (!evaluator.stacks || !faults.outputs.empty()) {
        for (std::size_t rate = 0; rate < rates.size(); ++rate) {
            const std::optional<Outcome> outcome = run(faults, rates[rate], stop);
            if (!outcome) return false;
            report(rate, *outcome);
        }
        return true;
    }
    for (std::size_t first = 0; first < rates.size(); first += most_stacked) {
        std::vector<InjectedFaults> variants;
        std::vector<TrialResults> results;
        for (std::size_t rate = first; rate < std::min(first + most_stacked, rates.size()); ++rate) {
            variants.push_back(state_->injector.inject_apart(faults, rates[rate]));
            results.emplace_back(evaluator);
        }
        if (!state_->run_stacked(variants, stop, results)) return false;
        for (std::size_t i = 0; i < variants.size(); ++i) {
            state_->counts = variants[i].counts;
            report(first + i, results[i].outcome());
        }
    }
    return true;
}

const InjectionCounts& TrialRunner::injected() const {
    return state_->counts;
}

bool TrialRunner::parameters_are_clean() const {
    return state_->injector.copies_are_clean();
}

}  // namespace clipscope
