#include <algorithm>
#include <numeric>

#include "evaluation/fault_injector.h"
#include "evaluation/incremental_run.h"
#include "evaluation/threshold_state.h"
#include "evaluation/trial_results.h"

namespace clipscope {

namespace {

using Shared = ThresholdEvaluator::State;

// One trial at one rate, at all thresholds.
class ThresholdTrial {
public:
    // On these images, ascending by their place among all.
    ThresholdTrial(Shared& shared, const InjectedFaults& faults, std::span<const std::int64_t> images, std::vector<KnownImages>& known,
                   CleanCache& cache, const std::stop_token& stop)
        : shared_(shared),
          faults_(faults),
          images_(images),
          cache_(cache),
          stop_(stop),
          known_(known),
          known_before_(known.size()),
          runs_images_apart_(images.size() < shared.base.image_count() && starts_apart()) {
        for (const Evaluator::State* evaluator : shared_.evaluators) {
            results_.emplace_back(*evaluator);
            known_.emplace_back(images.size());
            pending_.emplace_back();
        }
    }

    // What is not to be remembered goes.
    ~ThresholdTrial() {
        const std::size_t bytes = (known_.size() - known_before_) * images_.size() * sizeof(KnownImage);
        if (!is_finished_ || !shared_.takes_room(bytes)) known_.resize(known_before_);
    }
    ThresholdTrial(const ThresholdTrial&) = delete;
    ThresholdTrial& operator=(const ThresholdTrial&) = delete;

    // To the end; results() then has every image's outcome. False where it was stopped.
    bool run();
    const std::vector<TrialResults>& results() const { return results_; }  // by threshold

private:
    using Pending = std::optional<IncrementalRun>;

    void run_exactly(std::size_t chunk);
    std::vector<ImageRange> ranges() const;
    void run_incrementally(const ImageRange& range);
    void finish();

    bool starts_apart() const;
    std::span<const std::int64_t> images_in(const ImageRange& range) const;
    void begin(IncrementalRun& run, const ImageRange& range) const;
    void continue_at(std::size_t threshold, const IncrementalRun& front, const ImageRange& range);
    bool look_up(std::size_t threshold, std::int64_t image);
    void note_brackets(std::size_t threshold, const IncrementalRun& front, const std::vector<std::int64_t>& images);
    void flush(std::size_t threshold);

    const Evaluator::State& evaluator(std::size_t threshold) const { return *shared_.evaluators[threshold]; }
    // Of one of the images: its place among them.
    std::size_t place_of(std::int64_t image) const {
        return std::size_t(std::lower_bound(images_.begin(), images_.end(), image) - images_.begin());
    }
    bool is_asked_for(std::int64_t image) const { return std::binary_search(images_.begin(), images_.end(), image); }
    KnownImage& known(std::size_t threshold, std::int64_t image) { return known_[known_before_ + threshold][place_of(image)]; }

    struct Repetition {
        std::size_t threshold, other;
        std::int64_t image;
    };

    Shared& shared_;
    const InjectedFaults& faults_;
    const std::span<const std::int64_t> images_;
    CleanCache& cache_;
    const std::stop_token& stop_;
    std::vector<KnownImages>& known_;  // of this trial; those of this call are behind those of earlier ones
    const std::size_t known_before_;
    const bool runs_images_apart_;       // others need not run to keep the chunk whole
    std::vector<TrialResults> results_;  // by threshold
    std::vector<Pending> pending_;       // images of several chunks on their way behind the site, by threshold
    bool is_finished_ = false;
    std::vector<Repetition> repetitions_;  // verdicts that an other threshold of this call is about to give
};

bool ThresholdTrial::starts_apart() const {
    return shared_.base.is_incremental(faults_.first_step) &&
           std::all_of(shared_.evaluators.begin(), shared_.evaluators.end(),
                       [&](const Evaluator::State* evaluator) { return evaluator->starts_apart_at(faults_.first_step); });
}

std::span<const std::int64_t> ThresholdTrial::images_in(const ImageRange& range) const {
    const auto first = std::lower_bound(images_.begin(), images_.end(), std::int64_t(range.first));
    return {first, std::lower_bound(first, images_.end(), std::int64_t(range.end()))};
}

void ThresholdTrial::begin(IncrementalRun& run, const ImageRange& range) const {
    if (runs_images_apart_)
        run.start(range, images_in(range), faults_.first_step);
    else
        run.start(range, faults_.first_step);
}

// Those that all thresholds can start with; a few images run together where all clean values are kept.
std::vector<ImageRange> ThresholdTrial::ranges() const {
    const auto takes_all = [&](const Evaluator::State* evaluator) {
        return evaluator->keeps_all_clean && images_.size() <= evaluator->images_a_pass;
    };
    if (runs_images_apart_ && std::all_of(shared_.evaluators.begin(), shared_.evaluators.end(), takes_all))
        return {{0, shared_.base.image_count()}};
    std::vector<ImageRange> ranges = IncrementalRun::ranges(evaluator(0), faults_.first_step);
    for (std::size_t t = 1; t < results_.size(); ++t)
        if (std::vector<ImageRange> own = IncrementalRun::ranges(evaluator(t), faults_.first_step); own.size() > ranges.size())
            ranges = std::move(own);
    return ranges;
}

void ThresholdTrial::run_incrementally(const ImageRange& range) {
    if (images_in(range).empty()) return;
    IncrementalRun front(evaluator(0), faults_.parameters, cache_, stop_);
    begin(front, range);
    if (front.next_step() <= shared_.site.step) front.run_until(shared_.site.step);
    for (std::size_t t = 0; t < results_.size() && !stop_.stop_requested(); ++t) continue_at(t, front, range);
}

void ThresholdTrial::continue_at(std::size_t threshold, const IncrementalRun& front, const ImageRange& range) {
    IncrementalRun run = front.continued_in(evaluator(threshold));
    if (front.next_step() <= shared_.site.step)
        run.run_until(shared_.site.step + 1);
    else
        begin(run, range);  // behind the site each threshold has clean values of its own
    run.leave([&](std::int64_t image) { return !is_asked_for(image) || look_up(threshold, image); });
    if (run.is_done()) {
        run.finish(results_[threshold]);
        return;
    }
    note_brackets(threshold, front, run.images());
    Pending& pending = pending_[threshold];
    if (pending && !pending->take_over(run)) flush(threshold);
    if (!pending) pending.emplace(std::move(run));
    // What must be computed again is at hand for these images only.
    if (!evaluator(threshold).keeps_all_clean || pending->images().size() >= evaluator(threshold).images_a_pass) flush(threshold);
}

// Whether an other threshold clips this image's faulty values to the same; its verdict is taken, now or in finish().
bool ThresholdTrial::look_up(std::size_t threshold, std::int64_t image) {
    for (std::size_t i = 0; i < known_before_ + threshold; ++i) {
        const KnownImage& other = known_[i][place_of(image)];
        if (!other.bracket.contains(shared_.thresholds[threshold])) continue;
        if (i < known_before_)
            results_[threshold].set_verdict(image, other.verdict);
        else
            repetitions_.push_back({threshold, i - known_before_, image});
        return true;
    }
    return false;
}

// Two thresholds may share a verdict only where they make the same of an image's clean and faulty values alike: the way from there to the
// logits, and with it the last bits of its sums, depends on both.
void ThresholdTrial::note_brackets(std::size_t threshold, const IncrementalRun& front, const std::vector<std::int64_t>& images) {
    const IncrementalRun::Changed* changed = front.find_changed(shared_.site.input_slot);
    const std::vector<ThresholdBracket>& clean = shared_.clean_brackets[threshold];
    if (clean.empty() || (changed && !shared_.can_be_bracketed(changed->values))) return;
    const std::size_t planes = clean.size() / evaluator(threshold).image_count();
    const std::int64_t faulty_planes = !changed ? 0 : changed->is_whole() ? 1 : changed->channels.numel();
    const std::vector<ThresholdBracket> faulty =
        changed ? shared_.brackets_of(changed->values, shared_.thresholds[threshold], faulty_planes) : std::vector<ThresholdBracket>();
    auto position = front.active().begin();
    for (std::int64_t image : images) {
        position = std::find(position, front.active().end(), image);
        ThresholdBracket bracket;
        for (std::size_t plane = 0; plane < planes; ++plane) bracket = bracket.joined(clean[std::size_t(image) * planes + plane]);
        const auto row = std::size_t(position - front.active().begin()) * std::size_t(faulty_planes);
        for (std::size_t i = 0; i < std::size_t(faulty_planes); ++i) bracket = bracket.joined(faulty[row + i]);
        known(threshold, image).bracket = bracket;
    }
}

void ThresholdTrial::flush(std::size_t threshold) {
    Pending& pending = pending_[threshold];
    if (!pending) return;
    pending->finish(results_[threshold]);
    pending.reset();
}

void ThresholdTrial::run_exactly(std::size_t chunk) {
    const Evaluator::State& first = evaluator(0);
    const std::span<const std::int64_t> images = images_in(first.chunks[chunk]);
    if (images.empty()) return;
    const Program& program = first.network->program();
    const std::size_t end = program.steps().size(), site = shared_.site.step;
    const std::size_t start = first.start_step(faults_.first_step);
    const auto start_with_faults = [&](const Evaluator::State& evaluator) {
        Frame frame = evaluator.start_frame(start, chunk);
        for (const auto& [slot, parameter] : faults_.parameters) frame[std::size_t(slot)] = parameter.values;
        return frame;
    };
    Frame front = start_with_faults(first);
    if (start <= site) first.run_whole_steps(front, chunk, start, site);
    for (std::size_t t = 0; t < results_.size(); ++t) {
        // The chunk's images share one bracket, for they are only known together.
        if (look_up(t, images.front())) {
            for (const std::int64_t image : images.subspan(1)) look_up(t, image);
            continue;
        }
        Frame frame = start <= site ? front : start_with_faults(evaluator(t));
        evaluator(t).put_thresholds(faults_.parameters, frame);
        const c10::IValue& input = front[std::size_t(shared_.site.input_slot)];
        if (start <= site && shared_.can_be_bracketed(input.toTensor())) {
            ThresholdBracket bracket;
            for (const ThresholdBracket& one : shared_.brackets_of(input.toTensor(), shared_.thresholds[t], 1))
                bracket = bracket.joined(one);
            for (const std::int64_t image : images) known(t, image).bracket = bracket;
        }
        evaluator(t).run_whole_steps(frame, chunk, std::max(start, site), end);
        results_[t].set_logits_of_chunk(first.first_image(chunk), program.output(frame));
    }
}

void ThresholdTrial::finish() {
    for (const Repetition& repetition : repetitions_)
        results_[repetition.threshold].set_verdict(repetition.image, results_[repetition.other].verdict(repetition.image));
    for (std::size_t t = 0; t < results_.size(); ++t)
        for (std::size_t place = 0; place < images_.size(); ++place)
            known_[known_before_ + t][place].verdict = results_[t].verdict(images_[place]);
    is_finished_ = true;
}

bool ThresholdTrial::run() {
    if (shared_.base.is_incremental(faults_.first_step)) {
        for (const ImageRange& range : ranges()) {
            if (stop_.stop_requested()) return false;
            run_incrementally(range);
        }
    } else {
        for (std::size_t chunk = 0; chunk < shared_.base.chunks.size(); ++chunk) {
            if (stop_.stop_requested()) return false;
            run_exactly(chunk);
        }
    }
    for (std::size_t t = 0; t < pending_.size(); ++t) flush(t);
    if (stop_.stop_requested()) return false;
    finish();
    return true;
}

}  // namespace

struct ThresholdRunner::State {
    explicit State(Shared& shared) : shared(shared), injector(shared.base), all_images(shared.base.image_count()) {
        std::iota(all_images.begin(), all_images.end(), std::int64_t(0));
    }

    // Takes each threshold's results in turn. False where it was stopped.
    bool run(std::uint64_t trial, const TrialFaults& faults, double rate, std::span<const std::int64_t> images, const std::stop_token& stop,
             const std::function<void(const TrialResults& results)>& take);

    Shared& shared;
    FaultInjector injector;
    CleanCache cache;
    std::vector<std::int64_t> all_images;
};

bool ThresholdRunner::State::run(std::uint64_t trial, const TrialFaults& faults, double rate, std::span<const std::int64_t> images,
                                 const std::stop_token& stop, const std::function<void(const TrialResults& results)>& take) {
    const torch::NoGradGuard no_gradients;
    const auto take_clean = [&] {
        for (const Evaluator::State* evaluator : shared.evaluators) {
            TrialResults results(*evaluator);
            for (const std::int64_t image : images) results.set_clean(image);
            take(results);
        }
        return true;
    };
    const std::int64_t count = faults.count_below(rate);
    if (count == 0) return take_clean();
    const InjectedFaults injected = injector.inject(faults, rate);
    if (injected.parameters.empty()) return take_clean();  // every faulty bit is stuck at the value it had
    ThresholdTrial run(shared, injected, images, shared.known_of({trial, count}), cache, stop);
    if (!run.run()) return false;
    for (const TrialResults& results : run.results()) take(results);
    return true;
}

ThresholdRunner::ThresholdRunner(ThresholdEvaluator& evaluator) : state_(std::make_unique<State>(*evaluator.state_)) {}
ThresholdRunner::~ThresholdRunner() = default;

std::optional<std::vector<Outcome>> ThresholdRunner::run(std::uint64_t trial, const TrialFaults& faults, double rate,
                                                         std::stop_token stop) {
    std::vector<Outcome> outcomes;
    const auto take = [&](const TrialResults& results) { outcomes.push_back(results.outcome()); };
    if (!state_->run(trial, faults, rate, state_->all_images, stop, take)) return std::nullopt;
    return outcomes;
}

std::optional<std::vector<SampledOutcome>> ThresholdRunner::run_sample(std::uint64_t trial, const TrialFaults& faults, double rate,
                                                                       const ImageSample& sample, std::stop_token stop) {
    std::vector<SampledOutcome> outcomes;
    const auto take = [&](const TrialResults& results) { outcomes.push_back(results.outcome_of(sample)); };
    if (!state_->run(trial, faults, rate, sample.all(), stop, take)) return std::nullopt;
    return outcomes;
}

bool ThresholdRunner::parameters_are_clean() const {
    return state_->injector.copies_are_clean();
}

}  // namespace clipscope
