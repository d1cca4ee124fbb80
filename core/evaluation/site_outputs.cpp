#include "evaluation/site_outputs.h"

#include <utility>

namespace clipscope {

namespace {

// Without what a network of a fixed batch was given to fill the pass; an image's values, or its windows', lie together.
at::Tensor of_images(const at::Tensor& values, std::int64_t passed, std::int64_t images) {
    if (passed == images || values.dim() == 0 || values.size(0) % passed != 0) return values;
    return values.narrow(0, 0, values.size(0) / passed * images);
}

}  // namespace

void visit_site_outputs(const Evaluator::State& evaluator, Frame frame, const ImageBatch& batch,
                        const std::function<void(std::size_t site, const at::Tensor& values)>& visit) {
    frame[std::size_t(evaluator.network->program().input_slot())] = batch.images;
    visit_site_outputs_from(evaluator, frame, 0, batch, visit);
}

std::size_t visit_site_outputs_from(const Evaluator::State& evaluator, Frame& frame, std::size_t first, const ImageBatch& batch,
                                    const std::function<void(std::size_t site, const at::Tensor& values)>& visit) {
    const torch::NoGradGuard no_gradients;
    const Program& program = evaluator.network->program();
    const std::vector<FoundSite>& sites = evaluator.network->structure().sites;
    std::size_t done = first;
    for (std::size_t i = 0; i < sites.size(); ++i) {
        if (!sites[i].is_top_level || sites[i].step < first) continue;
        program.run(frame, done, sites[i].step + 1, evaluator.overrides);
        done = sites[i].step + 1;
        const c10::IValue& output = frame[std::size_t(sites[i].output_slot)];
        if (!output.isTensor()) continue;  // nothing reads it
        const at::Tensor own = of_images(output.toTensor(), batch.images.size(0), std::int64_t(batch.labels.size()));
        visit(i, own.to(at::kCPU, at::kFloat).contiguous());
    }
    return done;
}

}  // namespace clipscope
