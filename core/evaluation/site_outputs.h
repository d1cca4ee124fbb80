// What a network's activation sites put out for some images. Includes LibTorch.
#pragma once

#include <functional>

#include "evaluation/evaluator_state.h"

namespace clipscope {

// Runs the network on a frame that holds its parameters, and tells each site's output in turn: float32 on the CPU, contiguous, of the
// batch's images alone. Sites inside branches and loops, and those that nothing reads, are left out.
void visit_site_outputs(const Evaluator::State& evaluator, Frame frame, const ImageBatch& batch,
                        const std::function<void(std::size_t site, const at::Tensor& values)>& visit);

// The same from a step on, of a frame that holds what is alive there: sites before it are not told. The first step that has not run then.
std::size_t visit_site_outputs_from(const Evaluator::State& evaluator, Frame& frame, std::size_t first, const ImageBatch& batch,
                                    const std::function<void(std::size_t site, const at::Tensor& values)>& visit);

}  // namespace clipscope
