#include "evaluation/clean_answers.h"

#include <span>

#include "evaluation/evaluator.h"
#include "evaluation/evaluator_state.h"
#include "evaluation/scoring.h"

namespace clipscope {

namespace {

// Small, so that stopping does not take long.
constexpr int images_a_chunk = 25;

}  // namespace

std::vector<Answer> clean_answers(const std::shared_ptr<const Network>& network, const Dataset& images, const InputFormat& input,
                                  int threads, const std::string& device, std::stop_token stop) {
    Evaluator evaluator(network, images, input, {.chunk = network->metadata().fixed_batch > 0 ? 0 : images_a_chunk, .device = device});
    if (!evaluator.prepare({}, threads, stop)) return {};
    const float* logits = evaluator.state().clean_logits.data_ptr<float>();
    std::vector<Answer> answers;
    for (std::size_t i = 0; i < images.size(); ++i) answers.push_back(answer_of({logits + i * evaluator.classes(), evaluator.classes()}));
    return answers;
}

}  // namespace clipscope
