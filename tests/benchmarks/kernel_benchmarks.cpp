// The kernels that campaigns spend their time in, each on one thread, beside LibTorch's own where it has one.
#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <benchmark/benchmark.h>

#include <string>
#include <vector>

#include "clipping/activation_histogram.h"
#include "clipping/clipped_relu.h"
#include "faults/bit_faults.h"
#include "faults/fault_map.h"

namespace {

using namespace clipscope;

constexpr std::int64_t activations = 100 * 64 * 32 * 32 / 3;  // 2.1 million, as of a first layer and a chunk of images
constexpr std::uint64_t parameters = 2'869'000;               // of the CIFAR AlexNet

at::Tensor random_activations() {
    return at::empty({activations}).normal_(0, 1, at::detail::createCPUGenerator(1));
}

void count_values(benchmark::State& state, std::int64_t values) {
    state.SetItemsProcessed(state.iterations() * values);
}

void libtorch_relu(benchmark::State& state) {
    const at::Tensor in = random_activations();
    at::Tensor out = at::empty_like(in);
    for (auto _ : state) {
        at::clamp_min_out(out, in, 0);  // what at::relu computes, into memory that is there already
        benchmark::DoNotOptimize(out.data_ptr<float>());
    }
    count_values(state, activations);
}
BENCHMARK(libtorch_relu);

void libtorch_relu_with_allocation(benchmark::State& state) {
    const at::Tensor in = random_activations();
    for (auto _ : state) {
        const at::Tensor out = at::relu(in);
        benchmark::DoNotOptimize(out.data_ptr<float>());
    }
    count_values(state, activations);
}
BENCHMARK(libtorch_relu_with_allocation);

using ClipFunction = void (*)(const float*, float*, std::size_t, float);

void run_clip(benchmark::State& state, ClipFunction clip) {
    const at::Tensor in = random_activations();
    at::Tensor out = at::empty_like(in);
    for (auto _ : state) {
        clip(in.data_ptr<float>(), out.data_ptr<float>(), std::size_t(activations), 1.5f);
        benchmark::DoNotOptimize(out.data_ptr<float>());
        benchmark::ClobberMemory();
    }
    count_values(state, activations);
}

void clip_relu_chosen(benchmark::State& state) {
    run_clip(state, clip_relu);
}
BENCHMARK(clip_relu_chosen);

void clip_relu_with_allocation(benchmark::State& state) {
    const at::Tensor in = random_activations();
    for (auto _ : state) {
        at::Tensor out = at::empty_like(in);
        clip_relu(in.data_ptr<float>(), out.data_ptr<float>(), std::size_t(activations), 1.5f);
        benchmark::DoNotOptimize(out.data_ptr<float>());
    }
    count_values(state, activations);
}
BENCHMARK(clip_relu_with_allocation);

// The argument is the negative exponent of the rate.
void draw_faults(benchmark::State& state) {
    const double rate = std::stod("1e-" + std::to_string(state.range(0)));
    std::uint64_t trial = 0;
    std::int64_t bits = 0;
    for (auto _ : state) bits += std::int64_t(draw_marked_bits(1, trial++, "features.0.weight", parameters * 32, rate).size());
    state.counters["faults a draw"] = benchmark::Counter(double(bits), benchmark::Counter::kAvgIterations);
}
BENCHMARK(draw_faults)->Arg(8)->Arg(6)->Arg(5)->Arg(4);

void flip_and_restore(benchmark::State& state) {
    const double rate = std::stod("1e-" + std::to_string(state.range(0)));
    const std::vector<MarkedBit> marked = draw_marked_bits(1, 0, "features.0.weight", parameters * 32, rate);
    std::vector<float> memory(parameters, 1.0f);
    const ParameterCodec codec;
    for (auto _ : state) {
        const BitFaults flips({memory, codec, FaultKind::flip}, marked, rate);
        benchmark::DoNotOptimize(flips.count());
    }
    count_values(state, std::int64_t(marked.size()));
}
BENCHMARK(flip_and_restore)->Arg(6)->Arg(5)->Arg(4);

void histogram_add(benchmark::State& state) {
    const at::Tensor values = random_activations();
    ActivationHistogram histogram;
    for (auto _ : state) histogram.add({values.data_ptr<float>(), std::size_t(activations)});
    benchmark::DoNotOptimize(histogram.total());
    count_values(state, activations);
}
BENCHMARK(histogram_add);

}  // namespace

int main(int argc, char** argv) {
    at::set_num_threads(1);
    for (const ClipKernels& kernels : available_clip_kernels())
        benchmark::RegisterBenchmark((std::string("clip_relu/") + kernels.instruction_set).c_str(), run_clip, kernels.relu);
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
    benchmark::RunSpecifiedBenchmarks();
    benchmark::Shutdown();
    return 0;
}
