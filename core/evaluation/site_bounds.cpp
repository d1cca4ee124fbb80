#include "evaluation/site_bounds.h"

#include <atomic>
#include <limits>
#include <mutex>

#include "evaluation/site_outputs.h"
#include "evaluation/worker_threads.h"

namespace clipscope {
namespace {

// So far, as tensors whose dimension 0 has size 1 where the values lie by image.
struct Extremes {
    at::Tensor low;
    at::Tensor high;
    std::int64_t values = 0;
    bool lies_by_image = true;
};

// All but those in which bounds differ.
std::vector<std::int64_t> shared_dimensions(const at::Tensor& values, Granularity granularity) {
    std::vector<std::int64_t> shared = {0};
    if (granularity == Granularity::neuron) return shared;
    const std::int64_t channel = granularity == Granularity::layer ? -1 : values.dim() == 3 ? 2 : 1;
    for (std::int64_t i = 1; i < values.dim(); ++i)
        if (i != channel) shared.push_back(i);
    return shared;
}

Extremes extremes_of(const at::Tensor& values, std::int64_t images, bool lies_by_image, Granularity granularity) {
    Extremes found;
    found.values = values.numel() / images;
    found.lies_by_image = lies_by_image && values.dim() > 0 && values.size(0) == images;
    constexpr float infinity = std::numeric_limits<float>::infinity();
    const at::Tensor numbers = found.lies_by_image ? values : values.reshape({1, -1});
    const std::vector<std::int64_t> shared = shared_dimensions(numbers, found.lies_by_image ? granularity : Granularity::layer);
    const at::Tensor is_nan = numbers.isnan();
    found.low = numbers.masked_fill(is_nan, infinity).amin(shared, true);
    found.high = numbers.masked_fill(is_nan, -infinity).amax(shared, true);
    return found;
}

void merge(const Extremes& other, std::optional<Extremes>& into) {
    if (!into) {
        into = other;
        return;
    }
    into->low = at::minimum(into->low, other.low);
    into->high = at::maximum(into->high, other.high);
}

std::vector<float> numbers_of(const at::Tensor& tensor) {
    const at::Tensor dense = tensor.contiguous();
    return {dense.data_ptr<float>(), dense.data_ptr<float>() + dense.numel()};
}

MeasuredSite measured(const Extremes& extremes) {
    MeasuredSite site{.values = extremes.values, .lies_by_image = extremes.lies_by_image};
    site.bounds = {{}, numbers_of(extremes.low), numbers_of(extremes.high)};
    if (site.bounds.count() > 1) site.bounds.shape = extremes.low.sizes().slice(1).vec();
    return site;
}

}  // namespace

std::optional<std::vector<std::optional<MeasuredSite>>> measure_site_bounds(const Evaluator& evaluator, Granularity granularity,
                                                                            int threads, std::stop_token stop) {
    const Evaluator::State& state = evaluator.state();
    std::vector<std::optional<Extremes>> merged(state.network->structure().sites.size());
    std::mutex mutex;
    std::atomic<std::size_t> next{0};
    run_on_workers(threads, stop, [&](int, const std::stop_token& stopped) {
        const torch::NoGradGuard no_gradients;
        for (std::size_t chunk = next++; chunk < state.chunks.size() && !stopped.stop_requested(); chunk = next++) {
            const ImageBatch batch = state.images->batch(state.chunks[chunk]);
            visit_site_outputs(state, state.initial_frame, batch, [&](std::size_t site, const at::Tensor& values) {
                const auto slot = std::size_t(state.network->structure().sites[site].output_slot);
                const Extremes own =
                    extremes_of(values, std::int64_t(batch.labels.size()), state.measured[slot].layout.has_value(), granularity);
                const std::lock_guard lock(mutex);
                merge(own, merged[site]);
            });
        }
    });
    if (stop.stop_requested()) return std::nullopt;
    std::vector<std::optional<MeasuredSite>> sites;
    for (const std::optional<Extremes>& extremes : merged) {
        sites.emplace_back();
        if (extremes) sites.back() = measured(*extremes);
    }
    return sites;
}

}  // namespace clipscope
