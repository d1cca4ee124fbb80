#include "evaluation/trial_results.h"

#include <algorithm>
#include <limits>

namespace clipscope {

TrialResults::TrialResults(const Evaluator::State& evaluator, std::vector<float>* logits)
    : evaluator_(evaluator), verdicts_(evaluator.image_count()), logits_(logits) {
    if (logits_) logits_->assign(evaluator.image_count() * evaluator.classes, 0);
}

void TrialResults::set_clean(std::int64_t image) {
    verdicts_[std::size_t(image)] = evaluator_.clean_verdicts[std::size_t(image)];
    note(image, evaluator_.clean_logits.data_ptr<float>() + std::size_t(image) * evaluator_.classes);
}

void TrialResults::set_all_nan(std::int64_t image) {
    const std::vector<float> row(evaluator_.classes, std::numeric_limits<float>::quiet_NaN());
    set_logits(image, row.data());
}

void TrialResults::set_logits(std::int64_t image, const float* logits) {
    verdicts_[std::size_t(image)] = judge({logits, evaluator_.classes}, evaluator_.images->labels()[std::size_t(image)]);
    note(image, logits);
}

void TrialResults::set_logits_of_chunk(std::size_t first, const at::Tensor& logits) {
    const at::Tensor values = logits.to(at::kCPU, at::kFloat).contiguous();
    // What a network of a fixed batch was given to fill its last pass has no answers.
    const std::int64_t images = std::min(values.size(0), std::int64_t(evaluator_.image_count() - first));
    for (std::int64_t i = 0; i < images; ++i)
        set_logits(std::int64_t(first) + i, values.data_ptr<float>() + std::size_t(i) * evaluator_.classes);
}

SampledOutcome TrialResults::outcome_of(const ImageSample& sample) const {
    SampledOutcome outcome;
    const auto count = [&](const std::vector<std::int64_t>& images, Outcome& faulty, Outcome& clean) {
        for (const std::int64_t image : images) {
            const auto i = std::size_t(image);
            const Verdict& without_faults = evaluator_.clean_verdicts[i];
            const std::int32_t label = evaluator_.images->labels()[i];
            add(verdicts_[i], label, without_faults.prediction, faulty);
            add(without_faults, label, without_faults.prediction, clean);
        }
    };
    count(sample.right, outcome.right, outcome.clean_right);
    count(sample.others, outcome.others, outcome.clean_others);
    return outcome;
}

void TrialResults::note(std::int64_t image, const float* logits) {
    if (logits_) std::copy_n(logits, evaluator_.classes, logits_->begin() + std::ptrdiff_t(std::size_t(image) * evaluator_.classes));
}

}  // namespace clipscope
