#include "evaluation/hardened_check.h"

#include <algorithm>
#include <cstring>

#include "common/error.h"
#include "evaluation/evaluator_state.h"
#include "evaluation/file_logits.h"
#include "evaluation/worker_threads.h"
#include "network/model_file.h"

namespace clipscope {

namespace {

at::Tensor clipped_logits(const Evaluator::State& evaluator, const ImageBatch& batch) {
    const Program& program = evaluator.network->program();
    Frame frame = evaluator.initial_frame;
    frame[std::size_t(program.input_slot())] = batch.images;
    program.run(frame, 0, program.steps().size(), evaluator.overrides);
    return program.output(frame).to(at::kCPU).contiguous();
}

std::int64_t count_different_rows(const at::Tensor& first, const at::Tensor& second, std::int64_t rows) {
    if (first.sizes() != second.sizes() || first.scalar_type() != second.scalar_type()) return rows;
    const std::size_t bytes = first.nbytes() / std::size_t(rows);
    std::int64_t different = 0;
    for (std::size_t row = 0; row < std::size_t(rows); ++row) {
        const auto* one = static_cast<const char*>(first.data_ptr()) + row * bytes;
        const auto* other = static_cast<const char*>(second.data_ptr()) + row * bytes;
        different += std::memcmp(one, other, bytes) != 0;
    }
    return different;
}

}  // namespace

std::optional<HardenedCheck> check_hardened_file(const Evaluator& clipped, const std::string& path, std::stop_token stop) {
    const Evaluator::State& state = clipped.state();
    HardenedCheck check;
    try {
        torch::jit::Module module = load_module(path).module;
        module.to(state.device);
        module.eval();
        run_on_workers(1, stop, [&](int, const std::stop_token& stopped) {
            const torch::NoGradGuard no_gradients;
            for (std::size_t chunk = 0; chunk < state.chunks.size() && !stopped.stop_requested(); ++chunk) {
                const ImageBatch batch = state.images->batch(state.chunks[chunk]);
                const auto images = std::int64_t(batch.labels.size());
                const auto own = [&](const at::Tensor& logits) { return logits.narrow(0, 0, std::min(images, logits.size(0))); };
                check.different += count_different_rows(own(clipped_logits(state, batch)), own(file_logits(module, batch.images)), images);
                check.images += images;
            }
        });
    } catch (const c10::Error& error) {
        throw Error("The hardened network \"" + path + "\" was written but cannot be run: " + first_line(error.what_without_backtrace()));
    }
    if (stop.stop_requested()) return std::nullopt;
    return check;
}

}  // namespace clipscope
