#include "evaluation/activation_recorder.h"

#include <atomic>
#include <mutex>

#include "evaluation/evaluator_state.h"
#include "evaluation/stored_words.h"
#include "evaluation/worker_threads.h"
#include "faults/bit_faults.h"

namespace clipscope {

namespace {

// The evaluator's parameters and thresholds on its device, the faulty ones in copies of their own.
Frame faulty_frame(const Evaluator::State& evaluator, const TrialFaults& faults, double rate) {
    Frame frame = evaluator.initial_frame;
    const Network& network = *evaluator.network;
    for (const ParameterFaults& parameter : faults.parameters) {
        const StoredWords words = stored_words(network, evaluator.thresholds, parameter.layer, parameter.parameter);
        at::Tensor copy = words.values.clone();
        const BitFaults injected({{copy.data_ptr<float>(), std::size_t(copy.numel())}, words.codec, network.memory().kind}, parameter.bits,
                                 rate);
        // The faults are taken back in `copy`; what the network reads keeps them.
        frame[std::size_t(words.slot)] = copy.clone().to(evaluator.device);
    }
    return frame;
}

// Without what a network of a fixed batch was given to fill the pass; an image's values, or its windows', lie together.
at::Tensor of_images(const at::Tensor& values, std::int64_t passed, std::int64_t images) {
    if (passed == images || values.dim() == 0 || values.size(0) % passed != 0) return values;
    return values.narrow(0, 0, values.size(0) / passed * images);
}

void record_chunk(const Evaluator::State& evaluator, Frame frame, const ImageBatch& batch, std::vector<ActivationHistogram>& histograms) {
    const torch::NoGradGuard no_gradients;
    const Program& program = evaluator.network->program();
    const std::vector<FoundSite>& sites = evaluator.network->structure().sites;
    frame[std::size_t(program.input_slot())] = batch.images;
    std::size_t done = 0;
    for (std::size_t i = 0; i < sites.size(); ++i) {
        if (!sites[i].is_top_level) continue;
        program.run(frame, done, sites[i].step + 1, evaluator.overrides);
        done = sites[i].step + 1;
        const c10::IValue& output = frame[std::size_t(sites[i].output_slot)];
        if (!output.isTensor()) continue;  // nothing reads it
        const at::Tensor own = of_images(output.toTensor(), batch.images.size(0), std::int64_t(batch.labels.size()));
        const at::Tensor values = own.to(at::kCPU, at::kFloat).contiguous();
        histograms[i].add({values.data_ptr<float>(), std::size_t(values.numel())});
    }
}

}  // namespace

std::optional<std::vector<ActivationHistogram>> record_activations(const Evaluator& evaluator, const TrialFaults& faults, double rate,
                                                                   int threads, std::stop_token stop) {
    const Evaluator::State& state = evaluator.state();
    const Frame parameters = faulty_frame(state, faults, rate);
    std::vector<ActivationHistogram> merged(state.network->structure().sites.size());
    std::mutex mutex;
    std::atomic<std::size_t> next{0};
    run_on_workers(threads, stop, [&](int, const std::stop_token& stopped) {
        std::vector<ActivationHistogram> own(merged.size());
        for (std::size_t chunk = next++; chunk < state.chunks.size() && !stopped.stop_requested(); chunk = next++)
            record_chunk(state, parameters, state.images->batch(state.chunks[chunk]), own);
        // Counts, smallest and largest are the same in whatever order they are merged.
        const std::lock_guard lock(mutex);
        for (std::size_t site = 0; site < merged.size(); ++site) merged[site].merge(own[site]);
    });
    if (stop.stop_requested()) return std::nullopt;
    return merged;
}

}  // namespace clipscope
