#include "evaluation/threshold_evaluator.h"

#include <algorithm>
#include <stdexcept>

#include "evaluation/site_clipping.h"
#include "evaluation/threshold_state.h"

namespace clipscope {

namespace {

// What the site's own step makes of values, neither clipped nor protected.
at::Tensor plain_output(const Evaluator::State& evaluator, const FoundSite& site, const at::Tensor& values) {
    Frame frame = evaluator.initial_frame;
    frame[std::size_t(site.input_slot)] = values;
    run_step(evaluator.network->program().steps()[site.step], frame);
    return frame[std::size_t(site.output_slot)].toTensor();
}

// What the site's activation makes of values, unclipped, where brackets cannot be told from its input. NaN and infinities become 0, as they
// do at every threshold.
at::Tensor own_output(const Evaluator::State& evaluator, const FoundSite& site, const at::Tensor& values) {
    const auto activate = [&] { return plain_output(evaluator, site, values); };
    return clip_activation(site, values, std::numeric_limits<float>::max(), activate);
}

// Of each row of values that a site protected otherwise puts out: bounds from the largest magnitude on make the same of them, and so does
// no other (activation_kinds.h).
std::vector<ThresholdBracket> brackets_within(const at::Tensor& rows, const ProtectedSite& site, float threshold) {
    const at::Tensor magnitudes = rows.abs();
    const at::Tensor largest = at::where(magnitudes.isnan(), 0, magnitudes).amax(1).contiguous();
    const float lower_bound = site.bounds.low.empty() ? 0.0f : site.bounds.low.front();
    std::vector<ThresholdBracket> brackets;
    for (const float value : std::span(largest.data_ptr<float>(), std::size_t(largest.numel()))) {
        const float low = std::max(lower_bound, value);
        brackets.push_back(low <= threshold ? ThresholdBracket{.low = low} : no_threshold);
    }
    return brackets;
}

// Whether an activation that decides by its own output reads more than its input and constant numbers, as a PReLU does: then some channels
// cannot be run without the others, and faults may lie in what it reads.
bool has_own_parameters(const Program& program, const FoundSite& site) {
    if (clipped_form(site) != ClippedForm::magnitude || site.clips_output) return false;
    const Step& step = program.steps()[site.step];
    return std::any_of(step.inputs.begin(), step.inputs.end(), [&](Slot slot) {
        const bool is_stored =
            std::any_of(program.tensors().begin(), program.tensors().end(), [&](const NamedTensor& named) { return named.slot == slot; });
        const bool is_computed = std::any_of(program.steps().begin(), program.steps().end(), [&](const Step& other) {
            return std::find(other.outputs.begin(), other.outputs.end(), slot) != other.outputs.end();
        });
        return slot != site.input_slot && (is_stored || is_computed);
    });
}

}  // namespace

bool ThresholdEvaluator::State::can_be_bracketed(const at::Tensor& values) const {
    // A site that the file clips itself, and that is protected besides, has a threshold that faults may hit.
    if (protection() && base.thresholds.at(site_index)) return false;
    return !has_own_parameters(base.network->program(), site) && values.device().is_cpu() && values.scalar_type() == at::kFloat;
}

std::vector<ThresholdBracket> ThresholdEvaluator::State::brackets_of(const at::Tensor& values, float threshold, std::int64_t planes) const {
    const auto count = std::size_t(values.size(0) * planes);
    if (const ProtectedSite* own = protection(); own && values.numel() > 0)
        return brackets_within(plain_output(base, site, values).reshape({std::int64_t(count), -1}), *own, threshold);
    const ClippedForm form = clipped_form(site);
    const at::Tensor scanned = (form == ClippedForm::magnitude ? own_output(base, site, values) : values).contiguous();
    const float slope = form == ClippedForm::relu ? 0 : form == ClippedForm::leaky_relu ? site.slope : 1;
    const std::size_t length = count == 0 ? 0 : std::size_t(scanned.numel()) / count;
    std::vector<ThresholdBracket> brackets(count);
    for (std::size_t i = 0; i < count; ++i) brackets[i] = find_bracket(scanned.data_ptr<float>() + i * length, length, threshold, slope);
    return brackets;
}

ThresholdEvaluator::ThresholdEvaluator(const Evaluator& base, std::size_t site) : state_(std::make_unique<State>(base.state(), site)) {
    if (!base.state().bound_of(site)) throw std::logic_error("ThresholdEvaluator: the base has no threshold at the site");
    state_->site_index = site;
    state_->bytes_for_known = base.state().memory_budget / 8;
}

ThresholdEvaluator::~ThresholdEvaluator() = default;

bool ThresholdEvaluator::prepare(std::span<const float> thresholds, std::span<const std::size_t> first_layers, int threads,
                                 std::stop_token stop) {
    if (thresholds.size() > most_at_once) throw std::logic_error("ThresholdEvaluator: too many thresholds at once");
    const torch::NoGradGuard no_gradients;
    const Evaluator::State& base = state_->base;
    state_->made.clear();
    state_->evaluators.clear();
    state_->clean_brackets.clear();
    state_->thresholds.assign(thresholds.begin(), thresholds.end());
    const std::size_t taken = base.kept_bytes + state_->bytes_for_known;
    const std::size_t left = base.memory_budget > taken ? (base.memory_budget - taken) / std::max<std::size_t>(thresholds.size(), 1) : 0;
    for (const float threshold : thresholds) {
        if (threshold == *base.bound_of(state_->site_index)) {
            state_->evaluators.push_back(&base);
        } else {
            state_->made.push_back(Evaluator::derive(base, state_->site_index, threshold, left));
            if (!state_->made.back()->prepare(first_layers, threads, stop)) return false;
            state_->evaluators.push_back(&state_->made.back()->state());
        }
        const c10::IValue& input = base.clean_values.empty() ? c10::IValue() : base.clean_values[std::size_t(state_->site.input_slot)];
        state_->clean_brackets.emplace_back();
        if (input.isTensor() && state_->can_be_bracketed(input.toTensor()) && input.toTensor().dim() > 1)
            state_->clean_brackets.back() = state_->brackets_of(input.toTensor(), threshold, input.toTensor().size(1));
    }
    return true;
}

bool ThresholdEvaluator::release_memory() {
    if (!state_->known.empty()) {
        state_->known.clear();
        state_->known_bytes = 0;
        return true;
    }
    // Values before the site belong to the base, and trials rely on all thresholds having the same ones.
    bool is_released = false;
    for (const auto& evaluator : state_->made) is_released |= evaluator->state_->release_kept(state_->site.step);
    return is_released;
}

const std::vector<float>& ThresholdEvaluator::thresholds() const {
    return state_->thresholds;
}
const Outcome& ThresholdEvaluator::clean(std::size_t threshold) const {
    return state_->evaluators.at(threshold)->clean;
}
std::size_t ThresholdEvaluator::kept_bytes() const {
    std::size_t bytes = state_->known_bytes;
    for (const auto& evaluator : state_->made) bytes += evaluator->kept_bytes();
    return bytes;
}
std::unique_ptr<Evaluator> ThresholdEvaluator::exact_twin(std::size_t threshold) const {
    return Evaluator::exact_twin_of(*state_->evaluators.at(threshold), state_->base.image_count());
}
bool ThresholdEvaluator::is_exact() const {
    return state_->base.exact && !state_->base.stacks;
}
bool ThresholdEvaluator::can_sample() const {
    return !state_->base.exact;
}
const Network& ThresholdEvaluator::network() const {
    return *state_->base.network;
}

}  // namespace clipscope
