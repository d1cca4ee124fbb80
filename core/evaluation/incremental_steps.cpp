#include <algorithm>
#include <functional>
#include <numeric>
#include <set>

#include "evaluation/fault_update.h"
#include "evaluation/incremental_run.h"
#include "evaluation/incremental_values.h"
#include "evaluation/operation_count.h"

namespace clipscope {

namespace {

// Above these shares of the channels one whole convolution costs less than its parts.
constexpr double most_faulty_rows = 0.5;
constexpr double most_partial_work = 0.6;

// Those of either, ascending.
at::Tensor united_channels(const at::Tensor& channels, std::vector<std::int64_t> others) {
    if (others.empty()) return channels;
    // One by one: GCC 14 sees an overflow in the insertion of a range that is not there.
    for (std::int64_t i = 0; i < channels.numel(); ++i) others.push_back(channels.data_ptr<std::int64_t>()[i]);
    std::sort(others.begin(), others.end());
    others.erase(std::unique(others.begin(), others.end()), others.end());
    return index_of(others);
}

}  // namespace

void IncrementalRun::execute(std::size_t index) {
    const Step& step = program_.steps()[index];
    const bool can_be_partial = step.outputs.size() == 1 && is_known(step.outputs[0]);
    const StepBehaviour behaviour = evaluator_->traits[index].behaviour;
    if (behaviour == StepBehaviour::shape_only) return run_shape_only(index);
    if (!can_be_partial || reads_faulty_threshold(index)) return run_whole(index);
    switch (behaviour) {
        case StepBehaviour::convolution:
        case StepBehaviour::linear:
            return run_weighted(index);
        case StepBehaviour::channelwise:
            return run_channelwise(index);
        case StepBehaviour::batch_norm:
            return run_batch_norm(index);
        case StepBehaviour::add:
            return run_add(index);
        case StepBehaviour::flatten:
            return run_flatten(index);
        default:
            return run_whole(index);
    }
}

void IncrementalRun::run_weighted(std::size_t index) {
    const Step& step = program_.steps()[index];
    const Slot output = step.outputs[0];
    const at::Tensor& weight = parameter(step.inputs[1]);
    const std::vector<std::int64_t> rows = faulty_rows(step, 2);
    const double row_share = double(rows.size()) / double(weight.size(0));
    const Changed* input = find_changed(step.inputs[0]);
    const std::size_t dimensions = input ? std::size_t(input->values.dim()) : shape(step.inputs[0]).size();
    if (evaluator_->traits[index].behaviour == StepBehaviour::linear && dimensions != 2) return run_whole(index);
    if (evaluator_->traits[index].input_nan_floods && input) {
        drop_rows_with_nan(step.inputs[0]);
        if (active_.empty()) return;
        input = find_changed(step.inputs[0]);
    }
    const bool can_update = can_update_faults(index, rows);
    if (!input) {
        const at::Tensor chosen = index_of(rows);
        if (can_update) {
            at::Tensor result = clean(output).index_select(1, chosen);
            update_faults(index, rows, result);
            return set(output, result, chosen);
        }
        if (row_share > most_faulty_rows) return run_whole(index);
        return set(output, compute_rows(index, chosen), chosen);
    }
    const double input_share = input->is_whole() ? 1 : double(input->channels.numel()) / double(weight.size(1));
    const double work_on_rows = can_update ? 0 : row_share;
    if (!evaluator_->clean_is_finite || input_share + work_on_rows > most_partial_work) return run_whole_layer(index, rows, can_update);
    at::Tensor result = compute_contribution(index, *input).add_(clean(output));
    correct_rows(index, rows, can_update, result);
    set(output, result);
}

void IncrementalRun::run_whole_layer(std::size_t index, const std::vector<std::int64_t>& rows, bool can_update) {
    const double row_share = can_update ? 0 : double(rows.size()) / double(parameter(program_.steps()[index].inputs[1]).size(0));
    if (row_share > most_faulty_rows || !run_dense(index, rows, can_update)) run_whole(index);
}

// The whole layer with clean parameters as one matrix, its faulty rows apart.
bool IncrementalRun::run_dense(std::size_t index, const std::vector<std::int64_t>& rows, bool can_update) {
    if (!evaluator_->dense_steps) return false;
    const auto dense = evaluator_->dense_steps->find(index);
    if (dense == evaluator_->dense_steps->end()) return false;
    const Step& step = program_.steps()[index];
    const at::Tensor input = whole(step.inputs[0]);
    count_multiplications(std::uint64_t(input.size(0)) * std::uint64_t(dense->second.multiplications));
    if (leaves_products_) {
        awaited_ = {input, rows, can_update};
        return true;
    }
    at::Tensor result = dense->second.run(input);
    correct_rows(index, rows, can_update, result);
    set(step.outputs[0], result);
    return true;
}

// Makes the faulty rows of what clean parameters gave what faulty ones give. Where an image's input is not finite, changes cannot be added:
// its sums are computed anew.
void IncrementalRun::correct_rows(std::size_t index, const std::vector<std::int64_t>& rows, bool can_update, at::Tensor& result) {
    if (rows.empty()) return;
    result = result.contiguous();
    const at::Tensor chosen = index_of(rows);
    if (!can_update) {
        result.index_copy_(1, chosen, compute_rows(index, chosen));
        return;
    }
    const at::Tensor input = whole(program_.steps()[index].inputs[0]);
    std::vector<std::int64_t> infinite;
    for (std::int64_t i = 0; i < input.size(0); ++i)
        if (!is_all_finite(input.narrow(0, i, 1))) infinite.push_back(i);
    update_faults(index, {}, result);
    if (infinite.empty()) return;
    const at::Tensor sums = compute_rows(index, chosen);
    for (const std::int64_t image : infinite) result[image].index_copy_(0, chosen, sums[image]);
}

// Where a row has few faulty elements, what they change costs less than the row. Infinite changes and inputs need the whole sums.
bool IncrementalRun::can_update_faults(std::size_t index, const std::vector<std::int64_t>& rows) const {
    constexpr std::size_t cost_of_an_element = 8;  // beside a multiplication within a row
    const Step& step = program_.steps()[index];
    if (rows.empty() || !evaluator_->clean_is_finite || !has_planes(step.outputs[0]) || !find_geometry(program_, step)) return false;
    std::size_t elements = 0;
    for (std::size_t i = 1; i <= 2; ++i)
        if (const auto faulty = faulty_.find(step.inputs[i]); faulty != faulty_.end()) {
            if (!faulty->second.changes_are_finite) return false;
            elements += faulty->second.elements.size();
        }
    const at::Tensor& weight = parameter(step.inputs[1]);
    if (elements * cost_of_an_element > rows.size() * std::size_t(weight.numel() / weight.size(0))) return false;
    const Changed* input = find_changed(step.inputs[0]);
    if (input && input->is_whole()) return input->values.is_contiguous() && has_float_rows(input->values);
    return has_planes(step.inputs[0]);
}

void IncrementalRun::update_faults(std::size_t index, const std::vector<std::int64_t>& rows, at::Tensor& result) const {
    const Step& step = program_.steps()[index];
    const auto find = [&](std::size_t input) {
        const auto faulty = faulty_.find(step.inputs[input]);
        return faulty == faulty_.end() ? nullptr : &faulty->second;
    };
    const at::Tensor input = whole(step.inputs[0]);
    count_multiplications(add_fault_update(*find_geometry(program_, step), find(1), find(2), input, rows, result));
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
    const at::Tensor& weight = evaluator_->initial_frame[std::size_t(step.inputs[1])].toTensor();
    scratch_[std::size_t(step.inputs[0])] = input.values - clean(step.inputs[0]).index_select(1, input.channels);
    scratch_[std::size_t(step.inputs[1])] = weight.index_select(1, input.channels);
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
}

void IncrementalRun::run_batch_norm(std::size_t index) {
    const Step& step = program_.steps()[index];
    const Changed* input = find_changed(step.inputs[0]);
    if (input && input->is_whole()) return run_whole(index);
    constexpr std::size_t parameters = 4;
    std::vector<std::int64_t> rows = faulty_rows(step, parameters);
    if (!input && rows.empty()) return run_whole(index);
    const at::Tensor channels = input ? united_channels(input->channels, std::move(rows)) : index_of(rows);
    const at::Tensor values = of_channels(step.inputs[0], channels);
    std::vector<c10::IValue> own;
    for (std::size_t i = 1; i <= parameters; ++i) {
        c10::IValue& value = scratch_[std::size_t(step.inputs[i])];
        own.push_back(value);
        if (value.isTensor()) value = value.toTensor().index_select(0, channels);
    }
    scratch_[std::size_t(step.inputs[0])] = values;
    const at::Tensor result = compute(index);
    for (std::size_t i = 1; i <= parameters; ++i) scratch_[std::size_t(step.inputs[i])] = own[i - 1];
    set(step.outputs[0], result, channels);
}

void IncrementalRun::run_add(std::size_t index) {
    const Step& step = program_.steps()[index];
    const Changed* first = find_changed(step.inputs[0]);
    const Changed* second = find_changed(step.inputs[1]);
    const auto is_partial = [](const Changed* changed) { return !changed || !changed->is_whole(); };
    const bool same_shape = is_known(step.inputs[0]) && is_known(step.inputs[1]) && shape(step.inputs[0]) == shape(step.inputs[1]);
    if (!is_partial(first) || !is_partial(second) || !same_shape || (!first && !second)) return run_whole(index);
    std::set<std::int64_t> both;
    for (const Changed* changed : {first, second})
        if (changed)
            both.insert(changed->channels.data_ptr<std::int64_t>(), changed->channels.data_ptr<std::int64_t>() + changed->channels.numel());
    const at::Tensor channels = index_of({both.begin(), both.end()});
    scratch_[std::size_t(step.inputs[0])] = whole(step.inputs[0]).index_select(1, channels);
    scratch_[std::size_t(step.inputs[1])] = whole(step.inputs[1]).index_select(1, channels);
    set(step.outputs[0], compute(index), channels);
}

void IncrementalRun::run_flatten(std::size_t index) {
    const Step& step = program_.steps()[index];
    const Changed* input = find_changed(step.inputs[0]);
    if (!input) return;  // the clean values in another shape are the clean values
    if (input->is_whole() || !is_known(step.inputs[0])) return run_whole(index);
    const std::vector<std::int64_t> from = shape(step.inputs[0]), to = shape(step.outputs[0]);
    const std::int64_t features = std::accumulate(from.begin() + 1, from.end(), std::int64_t(1), std::multiplies<>());
    if (from.size() < 2 || to.size() != 2 || to[1] != features) return run_whole(index);
    const std::int64_t plane = to[1] / from[1];
    const at::Tensor changed = (input->channels.unsqueeze(1) * plane + at::arange(plane, at::kLong)).flatten();
    set(step.outputs[0], input->values.flatten(1), changed);
}

void IncrementalRun::run_shape_only(std::size_t index) {
    const Step& step = program_.steps()[index];
    const Slot input = step.inputs[0];
    const Changed* changed = find_changed(input);
    // Of unchanged values the shape is enough. A list of numbers, as another shape is, has none.
    if (changed && changed->is_whole())
        scratch_[std::size_t(input)] = changed->values;
    else if (is_row_by_row(input))
        scratch_[std::size_t(input)] = at::zeros({1}).expand(shape(input));
    else
        scratch_[std::size_t(input)] = value_for_operation(input);
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
    count_multiplications(evaluator_->multiplications[index] * active_.size());
    evaluator_->run_step_apart(index, scratch_);
    for (Slot slot : step.outputs) {
        c10::IValue value = std::exchange(scratch_[std::size_t(slot)], c10::IValue());
        if (value.isTensor() && evaluator_->batch_slots[std::size_t(slot)])
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
    evaluator_->run_step_apart(index, scratch_);
    at::Tensor result = scratch_[std::size_t(step.outputs[0])].toTensor();
    scratch_[std::size_t(step.outputs[0])] = c10::IValue();
    if (evaluator_->multiplications[index] > 0) {
        const at::Tensor& weight = scratch_[std::size_t(step.inputs[1])].toTensor();
        count_multiplications(std::uint64_t(result.numel()) * std::uint64_t(weight.numel() / weight.size(0)));
    }
    for (Slot slot : step.inputs)
        if (evaluator_->batch_slots[std::size_t(slot)]) scratch_[std::size_t(slot)] = c10::IValue();
    return result;
}

// Of so many parameters, which follow the step's first input.
std::vector<std::int64_t> IncrementalRun::faulty_rows(const Step& step, std::size_t parameters) const {
    std::set<std::int64_t> rows;
    for (std::size_t i = 1; i <= parameters && i < step.inputs.size(); ++i)
        if (const auto faulty = faulty_.find(step.inputs[i]); faulty != faulty_.end())
            rows.insert(faulty->second.rows.begin(), faulty->second.rows.end());
    return {rows.begin(), rows.end()};
}

const at::Tensor& IncrementalRun::parameter(Slot slot) const {
    const auto faulty = faulty_.find(slot);
    return faulty != faulty_.end() ? faulty->second.values : evaluator_->initial_frame[std::size_t(slot)].toTensor();
}

}  // namespace clipscope
