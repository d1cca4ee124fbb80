#include "evaluation/activation_recorder.h"

#include <atomic>
#include <mutex>

#include "evaluation/evaluator_state.h"
#include "evaluation/site_outputs.h"
#include "evaluation/stored_words.h"
#include "evaluation/worker_threads.h"
#include "faults/bit_faults.h"

namespace clipscope {

namespace {

// The evaluator's parameters and thresholds on its device, the faulty ones in copies of their own.
Frame faulty_frame(const Evaluator::State& evaluator, const TrialFaults& faults, double rate) {
    Frame frame = evaluator.initial_frame;
    const Network& network = *evaluator.network;
    for (const TrialFaults::OfParameter& parameter : faults.by_parameter()) {
        const StoredWords words = stored_words(network, evaluator.thresholds, parameter.place.first, parameter.place.second);
        at::Tensor copy = words.values.clone();
        const BitFaults injected(memory_of_parameter(network, words, copy, faults.memory, parameter.check_bits, rate), parameter.bits,
                                 rate);
        // The faults are taken back in `copy`; what the network reads keeps them.
        frame[std::size_t(words.slot)] = copy.clone().to(evaluator.device);
    }
    return frame;
}

void record_chunk(const Evaluator::State& evaluator, const Frame& frame, const ImageBatch& batch,
                  std::vector<ActivationHistogram>& histograms) {
    visit_site_outputs(evaluator, frame, batch, [&](std::size_t site, const at::Tensor& values) {
        histograms[site].add({values.data_ptr<float>(), std::size_t(values.numel())});
    });
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
