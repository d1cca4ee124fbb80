#include "evaluation/incremental_run.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <numeric>
#include <set>

#include "evaluation/scoring.h"

namespace clipscope {

namespace {

// Above these shares of the channels one whole convolution costs less than its parts.
constexpr double most_faulty_rows = 0.5;
constexpr double most_partial_work = 0.6;

at::Tensor index_of(const std::vector<std::int64_t>& values) { return at::tensor(values, at::kLong); }

std::size_t row_bytes(const at::Tensor& values) { return values.size(0) == 0 ? 0 : values.nbytes() / std::size_t(values.size(0)); }

const char* row(const at::Tensor& values, std::int64_t i) { return static_cast<const char*>(values.data_ptr()) + std::size_t(i) * row_bytes(values); }

// The first value decides for almost every image.
bool is_all_nan(const at::Tensor& values, std::int64_t i) {
    const auto* first = reinterpret_cast<const float*>(row(values, i));
    return std::all_of(first, first + row_bytes(values) / sizeof(float), [](float value) { return std::isnan(value); });
}

bool has_nan(const at::Tensor& values, std::int64_t i) {
    const auto* first = reinterpret_cast<const float*>(row(values, i));
    return std::any_of(first, first + row_bytes(values) / sizeof(float), [](float value) { return std::isnan(value); });
}

// Positions along dimension 1 at which any image differs, ascending.
std::vector<std::int64_t> find_differing_channels(const at::Tensor& values, const at::Tensor& expected) {
    const std::int64_t images = values.size(0), channels = values.size(1);
    const std::size_t plane = row_bytes(values) / std::size_t(std::max<std::int64_t>(channels, 1));
    std::vector<std::int64_t> differing;
    for (std::int64_t channel = 0; channel < channels; ++channel) {
        const std::size_t offset = std::size_t(channel) * plane;
        for (std::int64_t image = 0; image < images; ++image) {
            if (std::memcmp(row(values, image) + offset, row(expected, image) + offset, plane) == 0) continue;
            differing.push_back(channel);
            break;
        }
    }
    return differing;
}

bool can_be_scanned(const at::Tensor& values) { return values.is_contiguous() && values.scalar_type() == at::kFloat && values.dim() > 0; }

}  // namespace

IncrementalRun::IncrementalRun(const Evaluator::State& evaluator, const FaultyParameters& faulty)
    : evaluator_(evaluator), program_(evaluator.network->program()), faulty_(faulty), scratch_(evaluator.initial_frame) {
    for (const auto& [slot, parameter] : faulty_) scratch_[std::size_t(slot)] = parameter.values;
}

void IncrementalRun::run(std::size_t chunk, std::size_t first_step, Outcome& outcome, std::vector<float>* logits) {
    start(chunk, first_step);
    const std::size_t begin = evaluator_.start_step(first_step);
    for (std::size_t i = begin; i < program_.steps().size() && !active_.empty(); ++i) {
        const Step& step = program_.steps()[i];
        if (is_affected(step)) {
            execute(i);
            drop_finished(i);
        }
        for (Slot slot : step.dead_after) {
            changed_.erase(slot);
            others_.erase(slot);
        }
    }
    score(outcome, logits);
}

void IncrementalRun::start(std::size_t chunk, std::size_t first_step) {
    chunk_ = chunk;
    changed_.clear();
    others_.clear();
    const std::size_t images = (*evaluator_.batches)[chunk].labels.size();
    fates_.assign(images, Fate::active);
    active_.resize(images);
    std::iota(active_.begin(), active_.end(), std::int64_t(0));
    all_active_ = true;
    const std::size_t begin = evaluator_.start_step(first_step);
    if (begin == 0) return;
    // Values at the start that are not kept as clean values count as changed: what follows is computed from them whole.
    for (const auto& [slot, value] : evaluator_.kept.at(begin)[chunk]) {
        if (is_kept(slot)) continue;
        if (value.isTensor() && evaluator_.batch_slots[std::size_t(slot)])
            set(slot, value.toTensor());
        else
            others_[slot] = value;
    }
}

bool IncrementalRun::is_affected(const Step& step) const {
    for (Slot slot : step.inputs)
        if (changed_.contains(slot) || others_.contains(slot) || faulty_.contains(slot)) return true;
    if (!step.blocks.empty()) return true;
    // What is not kept must be computed; numbers that depend on how many images there are must follow them.
    return std::any_of(step.outputs.begin(), step.outputs.end(), [&](Slot slot) { return !is_kept(slot); });
}

void IncrementalRun::execute(std::size_t index) {
    const Step& step = program_.steps()[index];
    const bool can_be_partial = step.outputs.size() == 1 && is_kept(step.outputs[0]);
    const StepBehaviour behaviour = evaluator_.traits[index].behaviour;
    if (behaviour == StepBehaviour::shape_only) return run_shape_only(index);
    if (!can_be_partial) return run_whole(index);
    switch (behaviour) {
        case StepBehaviour::convolution:
        case StepBehaviour::linear: return run_weighted(index);
        case StepBehaviour::channelwise: return run_channelwise(index);
        case StepBehaviour::batch_norm: return run_batch_norm(index);
        case StepBehaviour::add: return run_add(index);
        case StepBehaviour::flatten: return run_flatten(index);
        default: return run_whole(index);
    }
}

void IncrementalRun::run_weighted(std::size_t index) {
    const Step& step = program_.steps()[index];
    const Slot output = step.outputs[0];
    const at::Tensor& weight = parameter(step.inputs[1]);
    const std::vector<std::int64_t> rows = faulty_rows(step);
    const double row_share = double(rows.size()) / double(weight.size(0));
    const Changed* input = find_changed(step.inputs[0]);
    const std::int64_t dimensions = input ? input->values.dim() : evaluator_.clean_values[chunk_][std::size_t(step.inputs[0])].toTensor().dim();
    if (evaluator_.traits[index].behaviour == StepBehaviour::linear && dimensions != 2) return run_whole(index);
    if (evaluator_.traits[index].input_nan_floods && input) {
        drop_rows_with_nan(input->values);
        if (active_.empty()) return;
        input = find_changed(step.inputs[0]);
    }
    if (!input) {
        if (row_share > most_faulty_rows) return run_whole(index);
        const at::Tensor chosen = index_of(rows);
        return set(output, compute_rows(index, chosen), chosen);
    }
    const double input_share = input->is_whole() ? 1 : double(input->channels.numel()) / double(weight.size(1));
    if (!evaluator_.clean_is_finite || input_share + row_share > most_partial_work) {
        if (row_share > most_faulty_rows || !run_dense(index, rows)) run_whole(index);
        return;
    }
    at::Tensor result = compute_contribution(index, *input).add_(clean(output));
    replace_rows(index, rows, result);
    set(output, result);
}

// The whole layer with clean parameters as one matrix, its faulty rows by its own operation.
bool IncrementalRun::run_dense(std::size_t index, const std::vector<std::int64_t>& rows) {
    if (!evaluator_.dense_steps) return false;
    const auto dense = evaluator_.dense_steps->find(index);
    if (dense == evaluator_.dense_steps->end()) return false;
    const Step& step = program_.steps()[index];
    at::Tensor result = dense->second.run(whole(step.inputs[0]));
    replace_rows(index, rows, result);
    set(step.outputs[0], result);
    return true;
}

void IncrementalRun::replace_rows(std::size_t index, const std::vector<std::int64_t>& rows, at::Tensor& result) {
    if (rows.empty()) return;
    const at::Tensor chosen = index_of(rows);
    result.index_copy_(1, chosen, compute_rows(index, chosen));
}

at::Tensor IncrementalRun::compute_rows(std::size_t index, const at::Tensor& rows) {
    const Step& step = program_.steps()[index];
    scratch_[std::size_t(step.inputs[0])] = whole(step.inputs[0]);
    scratch_[std::size_t(step.inputs[1])] = parameter(step.inputs[1]).index_select(0, rows);
    const Slot bias = step.inputs[2];
    const c10::IValue own_bias = scratch_[std::size_t(bias)];
    if (own_bias.isTensor()) scratch_[std::size_t(bias)] = own_bias.toTensor().index_select(0, rows);
    const at::Tensor result = compute(index);
    scratch_[std::size_t(step.inputs[1])] = parameter(step.inputs[1]);
    scratch_[std::size_t(bias)] = own_bias;
    return result;
}

at::Tensor IncrementalRun::compute_contribution(std::size_t index, const Changed& input) {
    const Step& step = program_.steps()[index];
    scratch_[std::size_t(step.inputs[0])] = input.values - clean(step.inputs[0]).index_select(1, input.channels);
    scratch_[std::size_t(step.inputs[1])] = parameter(step.inputs[1]).index_select(1, input.channels);
    const Slot bias = step.inputs[2];
    const c10::IValue own_bias = std::exchange(scratch_[std::size_t(bias)], c10::IValue());
    const at::Tensor result = compute(index);
    scratch_[std::size_t(step.inputs[1])] = parameter(step.inputs[1]);
    scratch_[std::size_t(bias)] = own_bias;
    return result;
}

void IncrementalRun::run_channelwise(std::size_t index) {
    const Step& step = program_.steps()[index];
    const Changed* input = find_changed(step.inputs[0]);
    if (!input) return run_whole(index);
    const at::Tensor channels = input->channels;
    scratch_[std::size_t(step.inputs[0])] = input->values;
    set(step.outputs[0], compute(index), channels);
    if (evaluator_.traits[index].may_equalise) forget_equal_channels(step.outputs[0]);
}

void IncrementalRun::run_batch_norm(std::size_t index) {
    const Step& step = program_.steps()[index];
    const Changed* input = find_changed(step.inputs[0]);
    if (!input || input->is_whole()) return run_whole(index);
    const at::Tensor channels = input->channels;
    std::vector<c10::IValue> own;
    for (std::size_t i = 1; i <= 4; ++i) {
        c10::IValue& value = scratch_[std::size_t(step.inputs[i])];
        own.push_back(value);
        if (value.isTensor()) value = value.toTensor().index_select(0, channels);
    }
    scratch_[std::size_t(step.inputs[0])] = input->values;
    const at::Tensor result = compute(index);
    for (std::size_t i = 1; i <= 4; ++i) scratch_[std::size_t(step.inputs[i])] = own[i - 1];
    set(step.outputs[0], result, channels);
}

void IncrementalRun::run_add(std::size_t index) {
    const Step& step = program_.steps()[index];
    const Changed* first = find_changed(step.inputs[0]);
    const Changed* second = find_changed(step.inputs[1]);
    const auto is_partial = [](const Changed* changed) { return !changed || !changed->is_whole(); };
    const bool same_shape = is_kept(step.inputs[0]) && is_kept(step.inputs[1]) && clean(step.inputs[0]).sizes() == clean(step.inputs[1]).sizes();
    if (!is_partial(first) || !is_partial(second) || !same_shape || (!first && !second)) return run_whole(index);
    std::set<std::int64_t> both;
    for (const Changed* changed : {first, second})
        if (changed) both.insert(changed->channels.data_ptr<std::int64_t>(), changed->channels.data_ptr<std::int64_t>() + changed->channels.numel());
    const at::Tensor channels = index_of({both.begin(), both.end()});
    scratch_[std::size_t(step.inputs[0])] = whole(step.inputs[0]).index_select(1, channels);
    scratch_[std::size_t(step.inputs[1])] = whole(step.inputs[1]).index_select(1, channels);
    set(step.outputs[0], compute(index), channels);
}

void IncrementalRun::run_flatten(std::size_t index) {
    const Step& step = program_.steps()[index];
    const Changed* input = find_changed(step.inputs[0]);
    if (!input) return;  // the clean values in another shape are the clean values
    if (input->is_whole() || !is_kept(step.inputs[0])) return run_whole(index);
    const at::Tensor from = clean(step.inputs[0]), to = clean(step.outputs[0]);
    if (from.dim() < 2 || to.dim() != 2 || to.size(0) != from.size(0) || to.size(1) * to.size(0) != from.numel()) return run_whole(index);
    const std::int64_t plane = to.size(1) / from.size(1);
    const at::Tensor features = (input->channels.unsqueeze(1) * plane + at::arange(plane, at::kLong)).flatten();
    set(step.outputs[0], input->values.flatten(1), features);
}

void IncrementalRun::run_shape_only(std::size_t index) {
    const Step& step = program_.steps()[index];
    const Slot input = step.inputs[0];
    const Changed* changed = find_changed(input);
    scratch_[std::size_t(input)] = changed && changed->is_whole()
                                       ? changed->values
                                       : evaluator_.clean_values[chunk_][std::size_t(input)].toTensor().narrow(0, 0, std::int64_t(active_.size()));
    for (std::size_t i = 1; i < step.inputs.size(); ++i)
        if (const auto other = others_.find(step.inputs[i]); other != others_.end()) scratch_[std::size_t(step.inputs[i])] = other->second;
    run_step(step, scratch_);
    for (Slot slot : step.outputs) others_[slot] = std::exchange(scratch_[std::size_t(slot)], c10::IValue());
    scratch_[std::size_t(input)] = c10::IValue();
}

void IncrementalRun::run_whole(std::size_t index) {
    const Step& step = program_.steps()[index];
    std::vector<Slot> filled;
    for (Slot slot : slots_read_by(step)) {
        if (!scratch_[std::size_t(slot)].isNone()) continue;
        scratch_[std::size_t(slot)] = value_for_operation(slot);
        filled.push_back(slot);
    }
    if (const auto replaced = evaluator_.overrides.find(index); replaced != evaluator_.overrides.end())
        replaced->second(scratch_);
    else
        run_step(step, scratch_);
    for (Slot slot : step.outputs) {
        c10::IValue value = std::exchange(scratch_[std::size_t(slot)], c10::IValue());
        if (value.isTensor() && evaluator_.batch_slots[std::size_t(slot)])
            set(slot, value.toTensor());
        else
            others_[slot] = std::move(value);
    }
    for (Slot slot : filled) scratch_[std::size_t(slot)] = c10::IValue();
}

at::Tensor IncrementalRun::compute(std::size_t index) {
    const Step& step = program_.steps()[index];
    for (Slot slot : step.inputs)
        if (const auto other = others_.find(slot); other != others_.end()) scratch_[std::size_t(slot)] = other->second;
    if (const auto replaced = evaluator_.overrides.find(index); replaced != evaluator_.overrides.end())
        replaced->second(scratch_);
    else
        run_step(step, scratch_);
    at::Tensor result = scratch_[std::size_t(step.outputs[0])].toTensor();
    scratch_[std::size_t(step.outputs[0])] = c10::IValue();
    for (Slot slot : step.inputs)
        if (evaluator_.batch_slots[std::size_t(slot)]) scratch_[std::size_t(slot)] = c10::IValue();
    return result;
}

std::vector<std::int64_t> IncrementalRun::faulty_rows(const Step& step) const {
    std::set<std::int64_t> rows;
    for (std::size_t i = 1; i <= 2 && i < step.inputs.size(); ++i)
        if (const auto faulty = faulty_.find(step.inputs[i]); faulty != faulty_.end()) rows.insert(faulty->second.rows.begin(), faulty->second.rows.end());
    return {rows.begin(), rows.end()};
}

const at::Tensor& IncrementalRun::parameter(Slot slot) const {
    const auto faulty = faulty_.find(slot);
    return faulty != faulty_.end() ? faulty->second.values : evaluator_.initial_frame[std::size_t(slot)].toTensor();
}

const IncrementalRun::Changed* IncrementalRun::find_changed(Slot slot) const {
    const auto changed = changed_.find(slot);
    return changed == changed_.end() ? nullptr : &changed->second;
}

at::Tensor IncrementalRun::clean(Slot slot) const {
    const at::Tensor& values = evaluator_.clean_values[chunk_][std::size_t(slot)].toTensor();
    return all_active_ ? values : values.index_select(0, active_index_);
}

at::Tensor IncrementalRun::whole(Slot slot) const {
    const Changed* changed = find_changed(slot);
    if (!changed) return clean(slot);
    if (changed->is_whole()) return changed->values;
    at::Tensor values = all_active_ ? clean(slot).clone() : clean(slot);
    return values.index_copy_(1, changed->channels, changed->values);
}

c10::IValue IncrementalRun::value_for_operation(Slot slot) const {
    if (const auto other = others_.find(slot); other != others_.end()) return other->second;
    if (find_changed(slot)) return whole(slot);
    const c10::IValue& kept = evaluator_.clean_values[chunk_][std::size_t(slot)];
    return kept.isTensor() && evaluator_.batch_slots[std::size_t(slot)] ? c10::IValue(clean(slot)) : kept;
}

void IncrementalRun::set(Slot slot, at::Tensor values, at::Tensor channels) { changed_[slot] = {std::move(values), std::move(channels)}; }

// Channels that are the clean ones again for every image need no further thought.
void IncrementalRun::forget_equal_channels(Slot slot) {
    Changed& changed = changed_.at(slot);
    if (changed.is_whole() || !can_be_scanned(changed.values)) return;
    const at::Tensor expected = clean(slot).index_select(1, changed.channels).contiguous();
    const std::vector<std::int64_t> differing = find_differing_channels(changed.values, expected);
    if (std::int64_t(differing.size()) == changed.values.size(1)) return;
    const at::Tensor chosen = index_of(differing);
    changed = {changed.values.index_select(1, chosen), changed.channels.index_select(0, chosen)};
    if (differing.empty()) changed_.erase(slot);
}

void IncrementalRun::drop_finished(std::size_t index) {
    if (!evaluator_.can_drop_images) return;
    const StepTraits& traits = evaluator_.traits[index];
    std::vector<Fate> fates(active_.size(), Fate::active);
    if (traits.may_equalise || traits.behaviour == StepBehaviour::add) mark_equal(index, fates);
    if (traits.output_nan_floods) {
        const Changed* output = find_changed(program_.steps()[index].outputs[0]);
        if (output && output->is_whole() && can_be_scanned(output->values))
            for (std::size_t i = 0; i < fates.size(); ++i)
                if (is_all_nan(output->values, std::int64_t(i))) fates[i] = Fate::all_nan;
    }
    drop(fates);
}

void IncrementalRun::drop_rows_with_nan(const at::Tensor& input) {
    if (!evaluator_.can_drop_images || !can_be_scanned(input)) return;
    std::vector<Fate> fates(active_.size(), Fate::active);
    for (std::size_t i = 0; i < fates.size(); ++i)
        if (has_nan(input, std::int64_t(i))) fates[i] = Fate::all_nan;
    drop(fates);
}

// An image is clean again where every value of it that later steps read equals the clean one, bit for bit, and no parameter they read is faulty.
void IncrementalRun::mark_equal(std::size_t index, std::vector<Fate>& fates) const {
    for (const auto& [slot, parameter] : faulty_)
        if (evaluator_.last_reader[std::size_t(slot)] > index) return;
    std::vector<std::pair<at::Tensor, at::Tensor>> pairs;
    for (Slot slot : evaluator_.traits[index].alive_after) {
        const Changed* changed = find_changed(slot);
        if (!changed) continue;
        if (!is_kept(slot) || !can_be_scanned(changed->values)) return;
        const at::Tensor expected = changed->is_whole() ? clean(slot) : clean(slot).index_select(1, changed->channels);
        if (!expected.is_contiguous()) return;
        pairs.emplace_back(changed->values, expected);
    }
    for (std::size_t i = 0; i < fates.size(); ++i) {
        const bool equal = std::all_of(pairs.begin(), pairs.end(), [&](const auto& pair) {
            return std::memcmp(row(pair.first, std::int64_t(i)), row(pair.second, std::int64_t(i)), row_bytes(pair.first)) == 0;
        });
        if (equal) fates[i] = Fate::clean;
    }
}

void IncrementalRun::drop(const std::vector<Fate>& fates) {
    std::vector<std::int64_t> staying;  // positions among the active images
    for (std::size_t i = 0; i < fates.size(); ++i)
        if (fates[i] == Fate::active) staying.push_back(std::int64_t(i));
    if (staying.size() == fates.size()) return;
    if (!others_.empty() && !staying.empty()) return;  // numbers of the whole batch, which may count its images
    std::vector<std::int64_t> still_active;
    for (std::size_t i = 0; i < fates.size(); ++i) {
        fates_[std::size_t(active_[i])] = fates[i];
        if (fates[i] == Fate::active) still_active.push_back(active_[i]);
    }
    active_ = std::move(still_active);
    all_active_ = false;
    active_index_ = index_of(active_);
    const at::Tensor chosen = index_of(staying);
    for (auto& [slot, changed] : changed_) changed.values = changed.values.index_select(0, chosen);
}

void IncrementalRun::score(Outcome& outcome, std::vector<float>* all_logits) const {
    const ImageBatch& batch = (*evaluator_.batches)[chunk_];
    const at::Tensor& clean_logits = evaluator_.clean_logits[chunk_];
    const auto classes = std::size_t(clean_logits.size(1));
    const std::vector<float> nan_logits(classes, std::numeric_limits<float>::quiet_NaN());
    const bool is_changed = find_changed(program_.output_slot()) || others_.contains(program_.output_slot());
    at::Tensor logits;
    if (is_changed && !active_.empty()) {
        Frame frame(program_.initial_frame().size());
        frame[std::size_t(program_.output_slot())] = value_for_operation(program_.output_slot());
        logits = program_.output(frame).to(at::kFloat).contiguous();
    }
    std::size_t active_row = 0;
    for (std::size_t i = 0; i < fates_.size(); ++i) {
        const float* row = clean_logits.data_ptr<float>() + i * classes;
        if (fates_[i] == Fate::all_nan) row = nan_logits.data();
        if (fates_[i] == Fate::active && is_changed) row = logits.data_ptr<float>() + active_row++ * classes;
        if (all_logits) all_logits->insert(all_logits->end(), row, row + classes);
        score_image({row, classes}, batch.labels[i], evaluator_.clean_predictions[chunk_][i], outcome);
    }
}

}  // namespace clipscope
