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

IncrementalRun::IncrementalRun(const Evaluator::State& evaluator, const FaultyParameters& faulty, CleanCache& cache, std::stop_token stop)
    : stop_(std::move(stop)),
      evaluator_(&evaluator),
      program_(evaluator.network->program()),
      faulty_(faulty),
      cache_(&cache),
      scratch_(evaluator.initial_frame) {
    for (const auto& [slot, parameter] : faulty_) scratch_[std::size_t(slot)] = parameter.values;
}

std::vector<ImageRange> IncrementalRun::ranges(const Evaluator::State& evaluator, std::size_t first_step) {
    if (!evaluator.starts_apart_at(first_step)) return evaluator.chunks;
    return evaluator.ranges(evaluator.keeps_all_clean ? evaluator.images_a_pass : 1);
}

void IncrementalRun::begin(const ImageRange& range, std::vector<std::int64_t> active, std::size_t first_step) {
    changed_.clear();
    others_.clear();
    left_.clear();
    range_ = range;
    active_ = std::move(active);
    is_settled_.assign(active_.size(), false);
    note_active_images();
    next_ = first_step;
}

void IncrementalRun::start(const ImageRange& range, std::size_t first_step) {
    std::vector<std::int64_t> all(range.count);
    std::iota(all.begin(), all.end(), std::int64_t(range.first));
    begin(range, std::move(all), first_step);
    if (evaluator_->starts_apart_at(first_step)) return;
    // Values at the start that are not known image by image count as changed: what follows is computed from them whole.
    const Frame frame = CleanCache::frame_at(*evaluator_, first_step, evaluator_->chunks_of(range).front());
    for (Slot slot : program_.alive_at(first_step)) {
        if (is_known(slot)) continue;
        const c10::IValue& value = frame[std::size_t(slot)];
        if (value.isTensor() && evaluator_->batch_slots[std::size_t(slot)])
            set(slot, value.toTensor());
        else
            others_[slot] = value;
    }
}

void IncrementalRun::start(const ImageRange& range, std::span<const std::int64_t> images, std::size_t first_step) {
    const auto is_wanted = [&](std::int64_t image) { return std::binary_search(images.begin(), images.end(), image); };
    std::vector<std::int64_t> active(images.begin(), images.end());
    const std::size_t least = std::min(evaluator_->least_images, range.count);
    for (auto image = std::int64_t(range.first); active.size() < least; ++image)
        if (!is_wanted(image)) active.push_back(image);
    std::sort(active.begin(), active.end());
    begin(range, std::move(active), first_step);
    for (std::size_t i = 0; i < active_.size(); ++i) is_settled_[i] = !is_wanted(active_[i]);
}

void IncrementalRun::run_until(std::size_t step) {
    for (; next_ < step && !active_.empty() && !stop_.stop_requested(); ++next_) {
        const bool is_computed = is_affected(next_);
        if (is_computed) execute(next_);
        if (awaited_) return;
        make_output_faulty(next_);
        if (is_computed) drop_finished(next_);
        end_step();
    }
}

void IncrementalRun::end_step() {
    for (Slot slot : program_.steps()[next_].dead_after) {
        changed_.erase(slot);
        others_.erase(slot);
    }
}

std::optional<IncrementalRun::WantedProduct> IncrementalRun::run_to_product() {
    leaves_products_ = true;
    run_until(program_.steps().size());
    if (!awaited_) return std::nullopt;
    return WantedProduct{next_, awaited_->input};
}

void IncrementalRun::take_product(at::Tensor product) {
    const AwaitedProduct awaited = *std::exchange(awaited_, std::nullopt);
    correct_rows(next_, awaited.rows, awaited.can_update, product);
    set(program_.steps()[next_].outputs[0], product);
    drop_finished(next_);
    end_step();
    ++next_;
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
    // What is not known must be computed; numbers that depend on how many images there are must follow them.
    return std::any_of(step.outputs.begin(), step.outputs.end(), [&](Slot slot) {
        const bool is_read = evaluator_->last_reader[std::size_t(slot)] > index || slot == program_.output_slot();
        return is_read && !is_known(slot);
    });
}

const IncrementalRun::Changed* IncrementalRun::find_changed(Slot slot) const {
    const auto changed = changed_.find(slot);
    return changed == changed_.end() ? nullptr : &changed->second;
}

std::vector<std::int64_t> IncrementalRun::shape(Slot slot) const {
    return evaluator_->measured[std::size_t(slot)].layout->shape_of(std::int64_t(active_.size()));
}

bool IncrementalRun::has_planes(Slot slot) const {
    if (!is_known(slot) || !is_row_by_row(slot)) return false;
    const RowLayout& layout = *evaluator_->measured[std::size_t(slot)].layout;
    std::int64_t stride = 1;
    for (std::size_t i = layout.shape.size(); i-- > 0; stride *= layout.shape[i])
        if (layout.shape[i] != 1 && layout.strides[i] != stride) return false;
    return layout.type == at::kFloat;
}

at::Tensor IncrementalRun::clean(Slot slot) const {
    const c10::IValue& kept = evaluator_->clean_values[std::size_t(slot)];
    const at::Tensor values = kept.isTensor() ? kept.toTensor() : cache_->values(*evaluator_, range_, slot);
    const std::int64_t first = kept.isTensor() ? 0 : std::int64_t(range_.first);
    if (is_range_) return values.narrow(0, active_.empty() ? 0 : active_.front() - first, std::int64_t(active_.size()));
    return select_rows(values, first == 0 ? active_index_ : active_index_ - first);
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
    if (evaluator_->batch_slots[std::size_t(slot)] && is_known(slot)) return clean(slot);
    return evaluator_->clean_values[std::size_t(slot)];
}

// Values stay laid out in one way whatever images are taken out of them.
void IncrementalRun::set(Slot slot, at::Tensor values, at::Tensor channels) {
    if (channels.defined())
        values = values.contiguous();
    else if (is_row_by_row(slot))
        values = with_rows(values);
    changed_[slot] = {std::move(values), std::move(channels)};
}

// The value becomes a whole one in every pass of the trial, also where none of its images is hit: how an image is computed must not depend
// on those that it runs with, for these depend on what memory had room to keep.
void IncrementalRun::make_output_faulty(std::size_t index) {
    if (!outputs_ || active_.empty() || !outputs_->has_step(index)) return;
    std::vector<std::int64_t> images = active_;
    for (std::size_t i = 0; i < images.size(); ++i)
        if (is_settled_[i]) images[i] = -1;  // there for company
    const Slot slot = outputs_->slot_at(index);
    set(slot, outputs_->with_faults(index, images, whole(slot)));
}

void IncrementalRun::drop_finished(std::size_t index) {
    const StepTraits& traits = evaluator_->traits[index];
    std::vector<Fate> fates(active_.size(), Fate::active);
    if (traits.may_equalise || traits.behaviour == StepBehaviour::add) mark_equal(index, fates);
    if (traits.output_nan_floods) {
        const Slot slot = program_.steps()[index].outputs[0];
        const Changed* output = find_changed(slot);
        if (output && output->is_whole() && is_row_by_row(slot) && has_float_rows(output->values))
            for (std::size_t i = 0; i < fates.size(); ++i)
                if (is_all_nan(output->values, std::int64_t(i))) fates[i] = Fate::all_nan;
    }
    drop(fates);
}

void IncrementalRun::drop_rows_with_nan(Slot input) {
    const at::Tensor& values = find_changed(input)->values;
    if (!is_row_by_row(input) || !has_float_rows(values)) return;
    std::vector<Fate> fates(active_.size(), Fate::active);
    for (std::size_t i = 0; i < fates.size(); ++i)
        if (has_nan(values, std::int64_t(i))) fates[i] = Fate::all_nan;
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
        if (!is_known(slot) || !has_float_rows(changed->values)) return;
        const at::Tensor expected = changed->is_whole() ? clean(slot) : clean(slot).index_select(1, changed->channels).contiguous();
        if (row_layout(changed->values) != row_layout(expected)) return;
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
    bool is_any_new = false;
    for (std::size_t i = 0; i < fates.size(); ++i) {
        if (fates[i] == Fate::active || is_settled_[i]) continue;
        if (outputs_ && outputs_->is_hit_from(active_[i], next_)) continue;
        is_settled_[i] = is_any_new = true;
        if (fates[i] != Fate::gone) left_.emplace_back(active_[i], fates[i]);
    }
    if (is_any_new) let_settled_go();
}

void IncrementalRun::let_settled_go() {
    const auto unsettled = std::size_t(std::count(is_settled_.begin(), is_settled_.end(), false));
    if (unsettled == 0) {
        active_.clear();
        is_settled_.clear();
        changed_.clear();
        return note_active_images();
    }
    const std::size_t least = std::min(evaluator_->least_images, active_.size());
    if (std::max(unsettled, least) == active_.size() || !can_let_go()) return;
    std::size_t company = least > unsettled ? least - unsettled : 0;
    std::vector<std::int64_t> places, images;
    std::vector<bool> settled;
    for (std::size_t i = 0; i < active_.size(); ++i) {
        if (is_settled_[i] && company == 0) continue;
        if (is_settled_[i]) --company;
        places.push_back(std::int64_t(i));
        images.push_back(active_[i]);
        settled.push_back(is_settled_[i]);
    }
    active_ = std::move(images);
    is_settled_ = std::move(settled);
    note_active_images();
    const at::Tensor chosen = index_of(places);
    for (auto& [slot, changed] : changed_) changed.values = select_rows(changed.values, chosen);
}

// Numbers of the whole pass may count its images, and in some values images are no rows.
bool IncrementalRun::can_let_go() const {
    return std::none_of(others_.begin(), others_.end(),
                        [&](const auto& other) { return evaluator_->batch_slots[std::size_t(other.first)]; }) &&
           std::all_of(changed_.begin(), changed_.end(), [&](const auto& changed) { return is_row_by_row(changed.first); });
}

void IncrementalRun::leave(const std::function<bool(std::int64_t image)>& goes) {
    std::vector<Fate> fates(active_.size(), Fate::active);
    for (std::size_t i = 0; i < fates.size(); ++i)
        if (!is_settled_[i] && goes(active_[i])) fates[i] = Fate::gone;
    drop(fates);
}

std::vector<std::int64_t> IncrementalRun::images() const {
    std::vector<std::int64_t> unsettled;
    for (std::size_t i = 0; i < active_.size(); ++i)
        if (!is_settled_[i]) unsettled.push_back(active_[i]);
    return unsettled;
}

void IncrementalRun::note_active_images() {
    is_range_ = active_.empty() || active_.back() - active_.front() + 1 == std::int64_t(active_.size());
    active_index_ = is_range_ ? at::Tensor() : index_of(active_);
}

bool IncrementalRun::take_over(const IncrementalRun& other) {
    if (!can_unite(other)) return false;
    for (auto& [slot, changed] : changed_) changed.values = join_rows({changed.values, other.changed_.at(slot).values});
    active_.insert(active_.end(), other.active_.begin(), other.active_.end());
    is_settled_.insert(is_settled_.end(), other.is_settled_.begin(), other.is_settled_.end());
    left_.insert(left_.end(), other.left_.begin(), other.left_.end());
    note_active_images();
    let_settled_go();
    return true;
}

bool IncrementalRun::can_unite(const IncrementalRun& other) const {
    if (!evaluator_->keeps_all_clean || !others_.empty() || !other.others_.empty() || next_ != other.next_ || active_.empty() ||
        changed_.size() != other.changed_.size())
        return false;
    return std::all_of(changed_.begin(), changed_.end(), [&](const auto& entry) {
        const Changed& own = entry.second;
        const Changed* others = other.find_changed(entry.first);
        if (!others || !is_row_by_row(entry.first) || own.is_whole() != others->is_whole()) return false;
        return own.is_whole() ? row_layout(own.values) == row_layout(others->values) : own.channels.equal(others->channels);
    });
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
    const bool is_clean = !find_changed(output) && !others_.contains(output);
    at::Tensor logits;
    if (!is_clean) {
        Frame frame(program_.initial_frame().size());
        frame[std::size_t(output)] = value_for_operation(output);
        logits = program_.output(frame).to(at::kFloat).contiguous();
    }
    for (std::size_t i = 0; i < active_.size(); ++i) {
        if (is_settled_[i]) continue;
        is_clean ? results.set_clean(active_[i]) : results.set_logits(active_[i], logits.data_ptr<float>() + i * evaluator_->classes);
    }
}

}  // namespace clipscope
