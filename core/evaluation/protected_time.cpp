#include "evaluation/protected_time.h"

#include <algorithm>
#include <chrono>
#include <utility>
#include <vector>

#include "common/error.h"
#include "common/number_text.h"
#include "evaluation/evaluator_state.h"
#include "evaluation/file_logits.h"
#include "evaluation/worker_threads.h"
#include "network/model_file.h"

namespace clipscope {

namespace {

using Clock = std::chrono::steady_clock;

constexpr double pass_seconds = 0.05;  // about what a pass is to take
constexpr double total_seconds = 1;    // of all pairs
constexpr int fewest_pairs = 3, most_pairs = 51;
constexpr int passes_before = 2;  // LibTorch prepares a module while it runs for the first times

double seconds_of(torch::jit::Module& module, const at::Tensor& images) {
    const Clock::time_point start = Clock::now();
    file_logits(module, images);
    return std::chrono::duration<double>(Clock::now() - start).count();
}

double median(std::vector<double> numbers) {
    const auto middle = numbers.begin() + std::ptrdiff_t(numbers.size() / 2);
    std::nth_element(numbers.begin(), middle, numbers.end());
    return *middle;
}

// Those of a pass.
at::Tensor images_to_time(const Evaluator::State& state, torch::jit::Module& module) {
    const at::Tensor images = state.images->batch(state.chunks.front()).images;
    if (state.network->metadata().fixed_batch > 0 || images.size(0) == 1) return images;
    const at::Tensor first = images.narrow(0, 0, 1);
    for (int pass = 0; pass < passes_before; ++pass) seconds_of(module, first);
    const double one = seconds_of(module, first);
    return images.narrow(0, 0, std::clamp(std::int64_t(pass_seconds / std::max(one, 1e-9)), std::int64_t(1), images.size(0)));
}

std::optional<MeasuredTime> measure(torch::jit::Module& original, torch::jit::Module& hardened, const at::Tensor& images,
                                    const std::stop_token& stop) {
    std::vector<double> before, after, ratios;
    for (int pass = 0; pass < passes_before && !stop.stop_requested(); ++pass) {
        seconds_of(original, images);
        seconds_of(hardened, images);
    }
    const Clock::time_point start = Clock::now();
    const auto is_enough = [&] {
        const auto pairs = int(ratios.size());
        if (pairs < fewest_pairs || pairs % 2 == 0) return false;
        return pairs >= most_pairs || std::chrono::duration<double>(Clock::now() - start).count() > total_seconds;
    };
    while (!is_enough()) {
        if (stop.stop_requested()) return std::nullopt;
        const bool is_turned = ratios.size() % 2 != 0;
        const double first = seconds_of(is_turned ? hardened : original, images);
        const double second = seconds_of(is_turned ? original : hardened, images);
        before.push_back(is_turned ? second : first);
        after.push_back(is_turned ? first : second);
        ratios.push_back(after.back() / std::max(before.back(), 1e-9));
    }
    return MeasuredTime{median(ratios), median(before), median(after), images.size(0), int(ratios.size())};
}

torch::jit::Module ready(torch::jit::Module module, at::Device device) {
    module.to(device);
    module.eval();
    return module;
}

}  // namespace

std::optional<MeasuredTime> measure_protected_time(const Evaluator& evaluator, const std::string& path, std::stop_token stop) {
    const Evaluator::State& state = evaluator.state();
    std::optional<MeasuredTime> time;
    try {
        torch::jit::Module original = ready(load_module_again(*state.network).module, state.device);
        torch::jit::Module hardened = ready(load_module(path).module, state.device);
        run_on_workers(1, std::move(stop), [&](int, const std::stop_token& stopped) {
            const torch::NoGradGuard no_gradients;
            if (!stopped.stop_requested()) time = measure(original, hardened, images_to_time(state, original), stopped);
        });
    } catch (const c10::Error& error) {
        throw Error("The time of \"" + path + "\" cannot be measured: " + first_line(error.what_without_backtrace()));
    }
    return time;
}

std::string in_words(const MeasuredTime& time) {
    return "runs " + fixed_text(time.ratio, 2) + " times as long as the original (median of " + std::to_string(time.pairs) + " pairs, " +
           grouped_text(time.images) + (time.images == 1 ? " image" : " images") + " a pass)";
}

}  // namespace clipscope
