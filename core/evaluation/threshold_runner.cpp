#include <algorithm>

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
    ThresholdTrial(Shared& shared, const InjectedFaults& faults, std::vector<KnownImages>& known, CleanCache& cache,
                   const std::stop_token& stop)
        : shared_(shared), faults_(faults), cache_(cache), stop_(stop), known_(known), known_before_(known.size()) {
        for (const Evaluator::State* evaluator : shared_.evaluators) {
            results_.emplace_back(*evaluator);
            known_.emplace_back(evaluator->image_count());
            pending_.emplace_back();
        }
    }

    // What is not to be remembered goes.
    ~ThresholdTrial() {
        if (!is_finished_ || !shared_.remembers) known_.resize(known_before_);
    }
    ThresholdTrial(const ThresholdTrial&) = delete;
    ThresholdTrial& operator=(const ThresholdTrial&) = delete;

    void run_exactly(std::size_t chunk);
    std::vector<ImageRange> ranges() const;
    void run_incrementally(const ImageRange& range);
    void finish_pending() {
        for (std::size_t t = 0; t < pending_.size(); ++t) flush(t);
    }
    std::vector<Outcome> finish();

private:
    using Pending = std::optional<IncrementalRun>;

    void continue_at(std::size_t threshold, const IncrementalRun& front, const ImageRange& range);
    bool look_up(std::size_t threshold, std::int64_t image);
    void note_brackets(std::size_t threshold, const IncrementalRun& front, const std::vector<std::int64_t>& images);
    void flush(std::size_t threshold);

    const Evaluator::State& evaluator(std::size_t threshold) const { return *shared_.evaluators[threshold]; }
    KnownImage& known(std::size_t threshold, std::int64_t image) { return known_[known_before_ + threshold][std::size_t(image)]; }

    struct Repetition {
        std::size_t threshold, other;
        std::int64_t image;
    };

    Shared& shared_;
    const InjectedFaults& faults_;
    CleanCache& cache_;
    const std::stop_token& stop_;
    std::vector<KnownImages>& known_;  // of this trial; those of this call are behind those of earlier ones
    const std::size_t known_before_;
    std::vector<TrialResults> results_;  // by threshold
    std::vector<Pending> pending_;       // images of several chunks on their way behind the site, by threshold
    bool is_finished_ = false;
    std::vector<Repetition> repetitions_;  // verdicts that an other threshold of this call is about to give
};

// Those that all thresholds can start with.
std::vector<ImageRange> ThresholdTrial::ranges() const {
    std::vector<ImageRange> ranges = IncrementalRun::ranges(evaluator(0), faults_.first_step);
    for (std::size_t t = 1; t < results_.size(); ++t)
        if (std::vector<ImageRange> own = IncrementalRun::ranges(evaluator(t), faults_.first_step); own.size() > ranges.size())
            ranges = std::move(own);
    return ranges;
}

void ThresholdTrial::run_incrementally(const ImageRange& range) {
    IncrementalRun front(evaluator(0), faults_.parameters, cache_, stop_);
    front.start(range, faults_.first_step);
    if (front.next_step() <= shared_.site.step) front.run_until(shared_.site.step);
    for (std::size_t t = 0; t < results_.size() && !stop_.stop_requested(); ++t) continue_at(t, front, range);
}

void ThresholdTrial::continue_at(std::size_t threshold, const IncrementalRun& front, const ImageRange& range) {
    IncrementalRun run = front.continued_in(evaluator(threshold));
    if (front.next_step() <= shared_.site.step)
        run.run_until(shared_.site.step + 1);
    else
        run.start(range, faults_.first_step);  // behind the site each threshold has clean values of its own
    run.leave([&](std::int64_t image) { return look_up(threshold, image); });
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
        const KnownImage& other = known_[i][std::size_t(image)];
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
    const auto image = std::int64_t(first.first_image(chunk));
    for (std::size_t t = 0; t < results_.size(); ++t) {
        const std::size_t images = first.chunks[chunk].count;
        // The chunk's images share one bracket, for they are only known together.
        if (look_up(t, image)) {
            for (std::size_t i = 1; i < images; ++i) look_up(t, image + std::int64_t(i));
            continue;
        }
        Frame frame = start <= site ? front : start_with_faults(evaluator(t));
        evaluator(t).put_thresholds(faults_.parameters, frame);
        const c10::IValue& input = front[std::size_t(shared_.site.input_slot)];
        if (start <= site && shared_.can_be_bracketed(input.toTensor())) {
            ThresholdBracket bracket;
            for (const ThresholdBracket& one : shared_.brackets_of(input.toTensor(), shared_.thresholds[t], 1))
                bracket = bracket.joined(one);
            for (std::size_t i = 0; i < images; ++i) known(t, image + std::int64_t(i)).bracket = bracket;
        }
        evaluator(t).run_whole_steps(frame, chunk, std::max(start, site), end);
        results_[t].set_logits_of_chunk(std::size_t(image), program.output(frame));
    }
}

std::vector<Outcome> ThresholdTrial::finish() {
    for (const Repetition& repetition : repetitions_)
        results_[repetition.threshold].set_verdict(repetition.image, results_[repetition.other].verdict(repetition.image));
    std::vector<Outcome> outcomes;
    for (std::size_t t = 0; t < results_.size(); ++t) {
        for (std::size_t image = 0; image < evaluator(t).image_count(); ++image)
            known(t, std::int64_t(image)).verdict = results_[t].verdict(std::int64_t(image));
        outcomes.push_back(results_[t].outcome());
    }
    is_finished_ = true;
    return outcomes;
}

}  // namespace

struct ThresholdRunner::State {
    explicit State(Shared& shared) : shared(shared), injector(shared.base) {}

    Shared& shared;
    FaultInjector injector;
    CleanCache cache;
};

ThresholdRunner::ThresholdRunner(ThresholdEvaluator& evaluator) : state_(std::make_unique<State>(*evaluator.state_)) {}
ThresholdRunner::~ThresholdRunner() = default;

std::optional<std::vector<Outcome>> ThresholdRunner::run(std::uint64_t trial, const TrialFaults& faults, double rate,
                                                         std::stop_token stop) {
    const torch::NoGradGuard no_gradients;
    Shared& shared = state_->shared;
    const auto clean_outcomes = [&] {
        std::vector<Outcome> outcomes;
        for (const Evaluator::State* evaluator : shared.evaluators) outcomes.push_back(evaluator->clean);
        return outcomes;
    };
    const std::int64_t count = faults.count_below(rate);
    if (count == 0) return clean_outcomes();
    const InjectedFaults injected = state_->injector.inject(faults, rate);
    if (injected.parameters.empty()) return clean_outcomes();  // every faulty bit is stuck at the value it had
    ThresholdTrial run(shared, injected, shared.known_of({trial, count}), state_->cache, stop);
    if (shared.base.is_incremental(injected.first_step)) {
        for (const ImageRange& range : run.ranges()) {
            if (stop.stop_requested()) return std::nullopt;
            run.run_incrementally(range);
        }
    } else {
        for (std::size_t chunk = 0; chunk < shared.base.chunks.size(); ++chunk) {
            if (stop.stop_requested()) return std::nullopt;
            run.run_exactly(chunk);
        }
    }
    run.finish_pending();
    if (stop.stop_requested()) return std::nullopt;
    return run.finish();
}

bool ThresholdRunner::parameters_are_clean() const {
    return state_->injector.copies_are_clean();
}

}  // namespace clipscope
