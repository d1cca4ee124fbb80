#include "campaign/rate_by_hand.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "campaign/curve_campaign.h"
#include "campaign/point_faults.h"
#include "campaign/trial_run.h"
#include "common/error.h"
#include "common/number_text.h"
#include "evaluation/activation_recorder.h"

namespace clipscope {
namespace {

constexpr double most_faults = 1e5;
constexpr double greatest_rate = 0.01;
constexpr std::int64_t images_at_first = 40;
constexpr std::int64_t images_growth = 5;  // from one number of images to the next
constexpr std::int64_t most_images_of_activations = 100;

// Decades, so that the range of rates does not depend on a parameter more or less.
double rate_limit(std::int64_t bits) {
    const double limit = std::min(greatest_rate, most_faults / double(std::max<std::int64_t>(bits, 1)));
    return std::pow(10.0, std::floor(std::log10(limit) + 1e-9));
}

std::vector<std::int64_t> spread(std::int64_t all, std::int64_t count) {
    std::vector<std::int64_t> places;
    for (std::int64_t i = 0; i < count; ++i) places.push_back(i * all / count);
    return places;
}

Outcome sum(const Outcome& a, const Outcome& b) {
    return {.images = a.images + b.images,
            .correct = a.correct + b.correct,
            .correct_argmax = a.correct_argmax + b.correct_argmax,
            .top5 = a.top5 + b.top5,
            .top5_argmax = a.top5_argmax + b.top5_argmax,
            .due = a.due + b.due,
            .sdc = a.sdc + b.sdc};
}

std::vector<double> marks_of(const TrialFaults& faults) {
    std::vector<double> marks;
    const auto add = [&](const auto& lists) {
        for (const auto& list : lists)
            for (const MarkedBit& bit : list.bits) marks.push_back(bit.mark);
    };
    add(faults.parameters);
    add(faults.outputs);
    std::ranges::sort(marks);
    return marks;
}

// Of as few digits as possible, above `low` (above 0) and up to `high`.
double short_number(double low, double high) {
    constexpr int all_digits = 17;
    for (int digits = 2; digits < all_digits; ++digits) {
        const double unit = std::pow(10.0, std::floor(std::log10(low)) - (digits - 1));
        const auto found = parse_number(rounded_text((std::floor(low / unit) + 1) * unit, digits));
        if (found && *found > low && *found <= high) return *found;
    }
    return high;
}

template <typename List>
void keep_below(std::vector<List>& lists, double rate) {
    for (List& list : lists) std::erase_if(list.bits, [rate](const MarkedBit& bit) { return !(bit.mark < rate); });
    std::erase_if(lists, [](const List& list) { return list.bits.empty(); });
}

}  // namespace

RateByHand::RateByHand(JobInputs inputs, RateSettings settings) : inputs_(std::move(inputs)), settings_(std::move(settings)) {
    if (settings_.scope.parts().empty()) throw UsageError("Choose at least one layer, or the network, for the faults to hit.");
}
RateByHand::~RateByHand() = default;

EvaluatorOptions RateByHand::options() const {
    return {.chunk = settings_.chunk, .device = settings_.device, .memory_bytes = settings_.memory_bytes, .exact = settings_.exact};
}

bool RateByHand::prepare(std::stop_token stop) {
    const std::scoped_lock lock(measuring_, drawing_);
    check_thresholds_stored({settings_.scope}, inputs_.network->memory_parts());
    const int threads = resolve_threads(settings_.threads);
    evaluator_ = std::make_unique<Evaluator>(inputs_.network, inputs_.images, inputs_.input, options());
    scope_ = stored_scope(*evaluator_, settings_.scope);
    if (!evaluator_->prepare(scope_.parts(), threads, stop) || !evaluator_->measure_outputs(scope_.outputs, threads, stop)) {
        evaluator_.reset();
        return false;
    }
    const auto all = std::int64_t(inputs_.images.size());
    std::vector<std::size_t> positions;
    for (const std::int64_t place : spread(all, std::min(all, most_images_of_activations))) positions.push_back(std::size_t(place));
    few_ = std::make_unique<Evaluator>(inputs_.network, inputs_.images.subset(positions), inputs_.input, options());
    bits_ = fault_bits(scope_.layers, inputs_.network->memory_parts()) + count_output_places(*evaluator_, scope_);
    most_rate_ = rate_limit(bits_);
    samples_ = few_images();
    drawn_.reset();
    return true;
}

std::vector<ImageSample> RateByHand::few_images() const {
    std::vector<ImageSample> samples;
    if (!evaluator_->can_sample()) return samples;
    const auto all = std::int64_t(inputs_.images.size());
    const std::vector<std::int64_t> right = evaluator_->images_answered(true);
    for (std::int64_t count = images_at_first; count * 2 <= all; count *= images_growth) {
        ImageSample sample;
        for (const std::int64_t image : spread(all, count))
            (std::ranges::binary_search(right, image) ? sample.right : sample.others).push_back(image);
        samples.push_back(std::move(sample));
    }
    return samples;
}

std::shared_ptr<const RateByHand::Drawn> RateByHand::drawn(int trial, double rate) const {
    if (!(rate >= 0 && rate <= most_rate_)) throw UsageError("The fault rate is beyond those that can be tried by hand.");
    if (trial < 0) throw UsageError("Trials are counted from 0.");
    const std::lock_guard lock(drawing_);
    if (!evaluator_) throw UsageError("Rates can be tried once everything is ready for them.");
    if (drawn_ && drawn_->trial == trial) return drawn_;
    Drawn drawn{trial, draw_point_faults(PointAxis::fault_rate, settings_.seed, std::uint64_t(trial), *evaluator_, scope_, most_rate_), {}};
    drawn.marks = marks_of(drawn.faults);
    drawn_ = std::make_shared<const Drawn>(std::move(drawn));
    return drawn_;
}

std::int64_t RateByHand::count(int trial, double rate) const {
    return drawn(trial, rate)->faults.count_below(rate);
}

TrialFaults RateByHand::faults(int trial, double rate) const {
    TrialFaults faults = drawn(trial, rate)->faults;
    keep_below(faults.parameters, rate);
    keep_below(faults.outputs, rate);
    return faults;
}

// A bit is faulty where its mark is below the rate.
std::optional<double> RateByHand::next_rate(int trial, double rate) const {
    const auto all = drawn(trial, rate);
    const auto next = std::ranges::lower_bound(all->marks, rate);
    if (next == all->marks.end()) return std::nullopt;
    const auto after = std::upper_bound(next, all->marks.end(), *next);
    return short_number(*next, after == all->marks.end() ? most_rate_ : *after);
}

std::optional<double> RateByHand::previous_rate(int trial, double rate) const {
    const auto all = drawn(trial, rate);
    const auto next = std::ranges::lower_bound(all->marks, rate);
    if (next == all->marks.begin()) return std::nullopt;
    const double last = *std::prev(next);
    const auto first_of_last = std::ranges::lower_bound(all->marks, last);
    return short_number(first_of_last == all->marks.begin() ? last / 2 : *std::prev(first_of_last), last);
}

std::optional<HandRate> RateByHand::measure(int trial, double rate, const HandRateObserver& tell, std::stop_token stop) const {
    const auto all = drawn(trial, rate);
    const std::lock_guard lock(measuring_);
    if (stop.stop_requested()) return std::nullopt;
    HandRate found{trial, rate, all->faults.count_below(rate), {}, {}, std::int64_t(inputs_.images.size())};
    found.next_rate = next_rate(trial, rate);
    found.previous_rate = previous_rate(trial, rate);
    TrialRunner runner(*evaluator_);
    for (const ImageSample& sample : samples_) {
        const auto sampled = runner.run_sample(all->faults, rate, sample, stop);
        if (!sampled) return std::nullopt;
        found.outcome = sum(sampled->right, sampled->others);
        found.clean = sum(sampled->clean_right, sampled->clean_others);
        if (tell) tell(found);
    }
    const auto keep = [&](std::size_t, const TrialOutcome& outcome) { found.outcome = outcome.outcome; };
    if (!run_trial(runner, *evaluator_, all->faults, {&rate, 1}, stop, keep)) return std::nullopt;
    found.clean = evaluator_->clean();
    found.is_final = true;
    if (tell) tell(found);
    return found;
}

std::optional<std::vector<ActivationHistogram>> RateByHand::activations(int trial, double rate, std::stop_token stop) const {
    const auto all = drawn(trial, rate);
    TrialFaults faults = all->faults;
    faults.outputs.clear();  // they are of the places of other images
    const std::lock_guard lock(measuring_);
    if (stop.stop_requested()) return std::nullopt;
    return record_activations(*few_, faults, rate, resolve_threads(settings_.threads), stop);
}

std::int64_t RateByHand::images_of_activations() const {
    return std::min(std::int64_t(inputs_.images.size()), most_images_of_activations);
}

}  // namespace clipscope
