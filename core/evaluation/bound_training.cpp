#include "evaluation/bound_training.h"

#include <torch/torch.h>

#include <utility>

#include "evaluation/evaluator_state.h"
#include "evaluation/worker_threads.h"

namespace clipscope {
namespace {

// A bound for each neuron, by site; undefined where a site has none.
using Bounds = std::vector<at::Tensor>;

Bounds initial_bounds(const std::vector<std::optional<MeasuredSite>>& sites, at::Device device) {
    Bounds bounds;
    for (const std::optional<MeasuredSite>& site : sites) {
        bounds.emplace_back();
        if (!site || site->bounds.count() == 0) continue;
        std::vector<std::int64_t> shape = site->bounds.shape;
        shape.insert(shape.begin(), 1);
        bounds.back() = at::tensor(site->bounds.high).reshape(shape).to(device).clamp_min(0).requires_grad_(true);
    }
    return bounds;
}

StepOverrides smooth_sites(const Evaluator::State& evaluator, const Bounds& bounds, double steepness) {
    StepOverrides overrides = evaluator.overrides;
    const std::vector<FoundSite>& sites = evaluator.network->structure().sites;
    for (std::size_t i = 0; i < sites.size(); ++i) {
        if (!bounds[i].defined()) continue;
        const Step& step = evaluator.network->program().steps()[sites[i].step];
        const auto output = std::size_t(sites[i].output_slot);
        overrides[sites[i].step] = [&step, output, steepness, bound = bounds[i]](Frame& frame) {
            run_step(step, frame);
            const at::Tensor own = frame[output].toTensor();
            frame[output] = (own * (1 - at::sigmoid((own - bound) * steepness))).clamp_min(0);
        };
    }
    return overrides;
}

at::Tensor loss_of(const Evaluator::State& evaluator, const StepOverrides& overrides, const Bounds& bounds, const ImageBatch& batch,
                   double zeta) {
    const Program& program = evaluator.network->program();
    Frame frame = evaluator.initial_frame;
    frame[std::size_t(program.input_slot())] = batch.images;
    program.run(frame, 0, program.steps().size(), overrides);
    const auto images = std::int64_t(batch.labels.size());
    const at::Tensor labels =
        at::tensor(std::vector<std::int64_t>(batch.labels.begin(), batch.labels.end()), at::kLong).to(evaluator.device);
    at::Tensor squares = at::zeros({}, evaluator.device);
    std::int64_t count = 0;
    for (const at::Tensor& bound : bounds) {
        if (!bound.defined()) continue;
        squares = squares + bound.square().sum();
        count += bound.numel();
    }
    return at::cross_entropy_loss(program.output(frame).narrow(0, 0, images), labels) +
           squares * (zeta / double(std::max<std::int64_t>(count, 1)));
}

}  // namespace

std::optional<std::vector<std::optional<MeasuredSite>>> train_bounds(const Evaluator& evaluator,
                                                                     std::vector<std::optional<MeasuredSite>> sites,
                                                                     const BoundTraining& training,
                                                                     const std::function<void(double share)>& progress,
                                                                     std::stop_token stop) {
    const Evaluator::State& state = evaluator.state();
    // One worker: sums in one order.
    run_on_workers(1, stop, [&](int, const std::stop_token& stopped) {
        const torch::AutoGradMode with_gradients(true);
        const Bounds bounds = initial_bounds(sites, state.device);
        std::vector<at::Tensor> trained;
        for (const at::Tensor& bound : bounds)
            if (bound.defined()) trained.push_back(bound);
        if (trained.empty()) return;
        const StepOverrides overrides = smooth_sites(state, bounds, training.steepness);
        torch::optim::Adam adam(trained, torch::optim::AdamOptions(training.learning_rate));
        const std::size_t passes = std::size_t(training.epochs) * state.chunks.size();
        for (std::size_t pass = 0; pass < passes && !stopped.stop_requested(); ++pass) {
            const ImageBatch batch = state.images->batch(state.chunks[pass % state.chunks.size()]);
            adam.zero_grad();
            loss_of(state, overrides, bounds, batch, training.zeta).backward();
            adam.step();
            const torch::NoGradGuard no_gradients;
            for (at::Tensor& bound : trained) bound.clamp_(0);
            progress(double(pass + 1) / double(passes));
        }
        for (std::size_t i = 0; i < bounds.size(); ++i) {
            if (!bounds[i].defined()) continue;
            const at::Tensor dense = bounds[i].detach().to(at::kCPU).contiguous();
            sites[i]->bounds.high.assign(dense.data_ptr<float>(), dense.data_ptr<float>() + dense.numel());
        }
    });
    if (stop.stop_requested()) return std::nullopt;
    return sites;
}

}  // namespace clipscope
