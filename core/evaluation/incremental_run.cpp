#include "evaluation/incremental_run.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numeric>

#include "evaluation/incremental_values.h"

namespace clipscope {

namespace {

// The first value decides for almost every image.
bool is_all_nan(const at::Tensor& values, std::int64_t i) {
    const auto* first = reinterpret_cast<const float*>(row(values, i));
    return std::all_of(first, first + row_bytes(values) / sizeof(float), [](float value) { return std::isnan(value); });
}

bool has_nan(const at::Tensor& values, std::int64_t i) {
    const auto* first = reinterpret_cast<const float*>(row(values, i));
    return std::any_of(first, first + row_bytes(values) / sizeof(float), [](float value) { return std::isnan(value); });
}

}  // namespace

IncrementalRun::IncrementalRun(const Evaluator::State& evaluator, const FaultyParameters& faulty, std::stop_token stop)
    : stop_(std::move(stop)),
      evaluator_(&evaluator),
      program_(evaluator.network->program()),
      faulty_(faulty),
      scratch_(evaluator.initial_frame) {
    for (const auto& [slot, parameter] : faulty_) scratch_[std::size_t(slot)] = parameter.values;
}

std::vector<ImageRange> IncrementalRun::ranges(const Evaluator::State& evaluator, std::size_t first_step) {
    return evaluator.ranges(evaluator.has_clean_values_at(evaluator.start_step(first_step)) ? evaluator.images_a_pass : evaluator.chunk);
}

void IncrementalRun::start(const ImageRange& range, std::size_t first_step) {
    changed_.clear();
    others_.clear();
    left_.clear();
    active_.resize(range.count);
    std::iota(active_.begin(), active_.end(), std::int64_t(range.first));
    note_active_images();
    next_ = evaluator_->start_step(first_step);
    if (next_ == 0 || evaluator_->has_clean_values_at(next_)) return;
    // Values at the start that are not kept as clean values count as changed: what follows is computed from them whole.
    for (const auto& [slot, value] : evaluator_->kept.at(next_)[evaluator_->chunk_of(range)]) {
        if (is_kept(slot)) continue;
        if (value.isTensor() && evaluator_->batch_slots[std::size_t(slot)])
            set(slot, value.toTensor());
        else
            others_[slot] = value;
    }
}

void IncrementalRun::run_until(std::size_t step) {
    for (; next_ < step && !active_.empty() && !stop_.stop_requested(); ++next_) {
        const Step& current = program_.steps()[next_];
        if (is_affected(next_)) {
            execute(next_);
            drop_finished(next_);
        }
        for (Slot slot : current.dead_after) {
            changed_.erase(slot);
            others_.erase(slot);
        }
    }
}

bool IncrementalRun::finish(TrialResults& results) {
    run_until(program_.steps().size());
    if (stop_.stop_requested()) return false;
    report(results);
    return true;
}

IncrementalRun IncrementalRun::continued_in(const Evaluator::State& other) const {
    IncrementalRun run(*this);
    run.evaluator_ = &other;
    other.put_thresholds(faulty_, run.scratch_);
    return run;
}

bool IncrementalRun::reads_faulty_threshold(std::size_t index) const {
    const auto threshold = evaluator_->threshold_read.find(index);
    return threshold != evaluator_->threshold_read.end() && faulty_.contains(threshold->second);
}

bool IncrementalRun::is_affected(std::size_t index) const {
    const Step& step = program_.steps()[index];
    if (reads_faulty_threshold(index)) return true;
    for (Slot slot : step.inputs)
        if (changed_.contains(slot) || others_.contains(slot) || faulty_.contains(slot)) return true;
    if (!step.blocks.empty()) return true;
    // What is not kept must be computed; numbers that depend on how many images there are must follow them.
    return std::any_of(step.outputs.begin(), step.outputs.end(), [&](Slot slot) { return !is_kept(slot); });
}

const IncrementalRun::Changed* IncrementalRun::find_changed(Slot slot) const {
    const auto changed = changed_.find(slot);
    return changed == changed_.end() ? nullptr : &changed->second;
}

at::Tensor IncrementalRun::clean(Slot slot) const {
    const at::Tensor& values = evaluator_->clean_values[std::size_t(slot)].toTensor();
    return is_range_ ? values.narrow(0, active_.empty() ? 0 : active_.front(), std::int64_t(active_.size()))
                     : values.index_select(0, active_index_);
}

at::Tensor IncrementalRun::whole(Slot slot) const {
    const Changed* changed = find_changed(slot);
    if (!changed) return clean(slot);
    if (changed->is_whole()) return changed->values;
    at::Tensor values = is_range_ ? clean(slot).clone() : clean(slot);
    return values.index_copy_(1, changed->channels, changed->values);
}

c10::IValue IncrementalRun::value_for_operation(Slot slot) const {
    if (const auto other = others_.find(slot); other != others_.end()) return other->second;
    if (find_changed(slot)) return whole(slot);
    const c10::IValue& kept = evaluator_->clean_values[std::size_t(slot)];
    return kept.isTensor() && evaluator_->batch_slots[std::size_t(slot)] ? c10::IValue(clean(slot)) : kept;
}

void IncrementalRun::set(Slot slot, at::Tensor values, at::Tensor channels) {
    changed_[slot] = {std::move(values), std::move(channels)};
}

void IncrementalRun::drop_finished(std::size_t index) {
    if (!evaluator_->can_drop_images) return;
    const StepTraits& traits = evaluator_->traits[index];
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
    if (!evaluator_->can_drop_images || !can_be_scanned(input)) return;
    std::vector<Fate> fates(active_.size(), Fate::active);
    for (std::size_t i = 0; i < fates.size(); ++i)
        if (has_nan(input, std::int64_t(i))) fates[i] = Fate::all_nan;
    drop(fates);
}

// An image is clean again where every value of it that later steps read equals the clean one, bit for bit, and no parameter they read is
// faulty.
void IncrementalRun::mark_equal(std::size_t index, std::vector<Fate>& fates) const {
    for (const auto& [slot, parameter] : faulty_)
        if (evaluator_->last_reader[std::size_t(slot)] > index) return;
    std::vector<std::pair<at::Tensor, at::Tensor>> pairs;
    for (Slot slot : evaluator_->traits[index].alive_after) {
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
        if (fates[i] == Fate::active)
            still_active.push_back(active_[i]);
        else if (fates[i] != Fate::gone)
            left_.emplace_back(active_[i], fates[i]);
    }
    active_ = std::move(still_active);
    note_active_images();
    const at::Tensor chosen = index_of(staying);
    for (auto& [slot, changed] : changed_) changed.values = changed.values.index_select(0, chosen);
}

void IncrementalRun::leave(const std::vector<bool>& going) {
    std::vector<Fate> fates(active_.size(), Fate::active);
    for (std::size_t i = 0; i < fates.size(); ++i)
        if (going[i]) fates[i] = Fate::gone;
    drop(fates);
}

void IncrementalRun::note_active_images() {
    is_range_ = active_.empty() || active_.back() - active_.front() + 1 == std::int64_t(active_.size());
    active_index_ = is_range_ ? at::Tensor() : index_of(active_);
}

bool IncrementalRun::take_over(const IncrementalRun& other) {
    if (!others_.empty() || !other.others_.empty() || next_ != other.next_) return false;
    std::unordered_map<Slot, Changed> united;
    for (const IncrementalRun* run : std::initializer_list<const IncrementalRun*>{this, &other})
        for (const auto& [slot, changed] : run->changed_)
            if (!can_unite(other, slot)) return false;
    for (const IncrementalRun* run : std::initializer_list<const IncrementalRun*>{this, &other})
        for (const auto& [slot, changed] : run->changed_)
            if (!united.contains(slot)) united[slot] = unite(other, slot);
    changed_ = std::move(united);
    active_.insert(active_.end(), other.active_.begin(), other.active_.end());
    left_.insert(left_.end(), other.left_.begin(), other.left_.end());
    note_active_images();
    return true;
}

bool IncrementalRun::can_unite(const IncrementalRun& other, Slot slot) const {
    const Changed *own = find_changed(slot), *others = other.find_changed(slot);
    return is_kept(slot) || (own && own->is_whole() && others && others->is_whole());
}

IncrementalRun::Changed IncrementalRun::unite(const IncrementalRun& other, Slot slot) const {
    const Changed *own = find_changed(slot), *others = other.find_changed(slot);
    if ((own && own->is_whole()) || (others && others->is_whole())) return {at::cat({whole(slot), other.whole(slot)}), {}};
    std::vector<std::int64_t> channels;
    for (const Changed* changed : {own, others})
        if (changed)
            channels.insert(channels.end(), changed->channels.data_ptr<std::int64_t>(),
                            changed->channels.data_ptr<std::int64_t>() + changed->channels.numel());
    std::sort(channels.begin(), channels.end());
    channels.erase(std::unique(channels.begin(), channels.end()), channels.end());
    const at::Tensor all = index_of(channels);
    return {at::cat({of_channels(slot, all), other.of_channels(slot, all)}), all};
}

// These channels of the slot; they include all changed ones.
at::Tensor IncrementalRun::of_channels(Slot slot, const at::Tensor& channels) const {
    const Changed* changed = find_changed(slot);
    if (changed && changed->channels.equal(channels)) return changed->values;
    const at::Tensor values = clean(slot).index_select(1, channels);
    return changed ? values.index_copy(1, at::searchsorted(channels, changed->channels), changed->values) : values;
}

void IncrementalRun::report(TrialResults& results) const {
    for (const auto& [image, fate] : left_) fate == Fate::clean ? results.set_clean(image) : results.set_all_nan(image);
    if (active_.empty()) return;
    const Slot output = program_.output_slot();
    if (!find_changed(output) && !others_.contains(output)) {
        for (std::int64_t image : active_) results.set_clean(image);
        return;
    }
    Frame frame(program_.initial_frame().size());
    frame[std::size_t(output)] = value_for_operation(output);
    const at::Tensor logits = program_.output(frame).to(at::kFloat).contiguous();
    for (std::size_t i = 0; i < active_.size(); ++i) results.set_logits(active_[i], logits.data_ptr<float>() + i * evaluator_->classes);
}

}  // namespace clipscope
