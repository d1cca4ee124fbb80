// Every image's outcome in one trial, filled in whatever order the images are finished. Includes LibTorch.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "evaluation/evaluator_state.h"

namespace clipscope {

class TrialResults {
public:
    // `logits`, where given, gets all images' logits at their places.
    explicit TrialResults(const Evaluator::State& evaluator, std::vector<float>* logits = nullptr);

    void set_clean(std::int64_t image);    // its logits are the clean ones
    void set_all_nan(std::int64_t image);  // all of its logits are NaN
    void set_logits(std::int64_t image, const float* logits);
    void set_verdict(std::int64_t image, const Verdict& verdict) { verdicts_[std::size_t(image)] = verdict; }

    // Those of images first, first + 1, ...: N×classes, any device.
    void set_logits_of_chunk(std::size_t first, const at::Tensor& logits);

    const Verdict& verdict(std::int64_t image) const { return verdicts_[std::size_t(image)]; }
    Outcome outcome() const { return evaluator_.outcome_of(verdicts_); }
    // Of these images alone.
    SampledOutcome outcome_of(const ImageSample& sample) const;

private:
    void note(std::int64_t image, const float* logits);

    const Evaluator::State& evaluator_;
    std::vector<Verdict> verdicts_;
    std::vector<float>* logits_;
};

}  // namespace clipscope
