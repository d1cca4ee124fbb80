#include "campaign/threshold_by_hand.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <utility>

#include "campaign/sweep.h"
#include "common/error.h"

namespace clipscope {
namespace {

using Clock = std::chrono::steady_clock;

constexpr double first_answer_seconds = 0.1;  // what the first trial on few images may take
constexpr std::int64_t least_images = 4;
constexpr std::int64_t most_few_images = 40;
constexpr std::int64_t growth = 5;  // from one number of images to the next
constexpr auto between_news = std::chrono::milliseconds(50);

double seconds_since(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

// As far apart as they can be: file order may go by classes.
Dataset spread(const Dataset& images, std::int64_t count) {
    std::vector<std::size_t> positions;
    for (std::int64_t i = 0; i < count; ++i) positions.push_back(std::size_t(i) * images.size() / std::size_t(count));
    return images.subset(positions);
}

}  // namespace

// Gathers what trials say and tells it. Called by one thread at a time.
class ThresholdByHand::Telling {
public:
    Telling(float threshold, const ThresholdByHand& hand, const HandObserver& tell)
        : plan_(hand.plan_), network_(*hand.inputs_.network), tell_(tell) {
        so_far_.threshold = threshold;
        so_far_.all_trials = hand.plan_.trials;
        so_far_.all_images = hand.levels_.back().images;
    }

    void begin(const Level& level) {
        clean_ = level.evaluator->clean(0);
        so_far_.images = level.images;
        so_far_.trials = 0;
    }

    void add(int trial, const std::vector<TrialOutcome>& by_rate) {
        trials_[trial] = by_rate;
        ++so_far_.trials;
        if (!tell_ || (told_ && Clock::now() - *told_ < between_news)) return;
        so_far_.measured = auc_of_trials(trials_, clean_, plan_, network_);
        tell_(so_far_);
        told_ = Clock::now();
    }

    HandThreshold end(MeasuredAuc measured) {
        so_far_.measured = std::move(measured);
        so_far_.trials = so_far_.all_trials;
        so_far_.images = so_far_.all_images;
        so_far_.is_final = true;
        if (tell_) tell_(so_far_);
        return so_far_;
    }

private:
    const AucPlan& plan_;
    const Network& network_;
    const HandObserver& tell_;
    HandThreshold so_far_;
    Outcome clean_;
    std::map<int, std::vector<TrialOutcome>> trials_;  // the latest outcomes of each
    std::optional<Clock::time_point> told_;
};

ThresholdByHand::ThresholdByHand(JobInputs tuning, HandSettings settings)
    : inputs_(std::move(tuning)), settings_([&] {
          settings.tuning.precision.reset();
          settings.tuning.self_check = {};
          return std::move(settings);
      }()) {}
ThresholdByHand::~ThresholdByHand() = default;

float ThresholdByHand::act_max() const {
    return *profile_.act_max.at(settings_.site);
}

bool ThresholdByHand::add_level(const JobInputs& inputs, const TuningSettings& settings, const Clipping& clipping,
                                const std::stop_token& stop) {
    const EventSink unheard = [](const Event&) {};
    TuningRun run(TuningJob::profile, inputs, settings, unheard, stop);
    if (!run.profile()) return false;  // known from before
    Level level{std::int64_t(inputs.images.size()), run.evaluator(clipping), nullptr};
    if (!level.base->prepare(plan_.scope.layers, run.threads(), stop)) return false;
    level.evaluator = std::make_unique<ThresholdEvaluator>(*level.base, settings_.site);
    levels_.push_back(std::move(level));
    return true;
}

// So few at first that an answer comes at once, then more of them up to all.
bool ThresholdByHand::add_few(const Clipping& clipping, double seconds_an_image, const std::stop_token& stop) {
    TuningSettings settings = settings_.tuning;
    settings.known = std::make_shared<const TuningResult>(profile_);
    const auto all = std::int64_t(inputs_.images.size());
    const double fit = first_answer_seconds / (seconds_an_image * double(plan_.rates.size() + 1));
    std::vector<std::int64_t> counts;
    for (auto count = std::clamp(std::int64_t(std::min(fit, double(most_few_images))), least_images, most_few_images); count * 2 <= all;
         count *= growth)
        counts.push_back(count);
    for (const std::int64_t count : counts) {
        JobInputs few = inputs_;
        few.images = spread(inputs_.images, count);
        if (!add_level(few, settings, clipping, stop)) return false;
    }
    return true;
}

bool ThresholdByHand::prepare(const EventSink& news, std::stop_token stop) {
    const std::lock_guard lock(mutex_);
    if (settings_.site >= inputs_.network->sites().size()) throw UsageError("The network has no such activation site.");
    levels_.clear();
    known_.clear();
    profile_ = {};
    const EventSink sink = [&](const Event& event) {
        apply(event, profile_);
        if (news && (std::holds_alternative<Progress>(event) || std::holds_alternative<Message>(event))) news(event);
    };
    TuningRun run(TuningJob::profile, inputs_, settings_.tuning, sink, stop);
    const std::optional<Clipping> clipping = run.profile();
    if (!clipping) return false;
    const FaultScope scope = faults_of_sweep(*inputs_.network, *clipping, settings_.site, settings_.place);
    run.release_unprotected();
    Level whole{std::int64_t(inputs_.images.size()), run.evaluator(*clipping), nullptr};
    const auto start = Clock::now();
    if (!whole.base->prepare(scope.layers, run.threads(), stop)) return false;
    const double seconds_an_image = seconds_since(start) * run.threads() / double(std::max<std::int64_t>(whole.images, 1));
    const auto plan = run.plan(*whole.base, scope);
    if (!plan) return false;
    plan_ = *plan;
    if (!add_few(*clipping, seconds_an_image, stop)) {
        levels_.clear();
        return false;
    }
    whole.evaluator = std::make_unique<ThresholdEvaluator>(*whole.base, settings_.site);
    levels_.push_back(std::move(whole));
    return true;
}

std::optional<MeasuredAuc> ThresholdByHand::measure_on(Level& level, Telling& telling, const std::stop_token& stop) {
    telling.begin(level);
    const auto on_trial = [&](int trial, const std::vector<std::vector<TrialOutcome>>& by_threshold) {
        telling.add(trial, by_threshold.front());
    };
    auto measured = measure_aucs(*level.evaluator, plan_, resolve_threads(settings_.tuning.threads), on_trial, stop);
    if (!measured) return std::nullopt;
    return std::move(measured->front());
}

std::optional<HandThreshold> ThresholdByHand::measure(float threshold, const HandObserver& tell, std::stop_token stop) {
    if (!std::isfinite(threshold) || threshold < 0) throw UsageError("A threshold is a finite number from 0 up.");
    const std::lock_guard lock(mutex_);
    if (levels_.empty()) throw UsageError("Thresholds can be tried once everything is ready for them.");
    if (stop.stop_requested()) return std::nullopt;
    Telling telling(threshold, *this, tell);
    if (const auto known = known_.find(threshold); known != known_.end()) return telling.end(known->second);
    std::optional<MeasuredAuc> measured;
    for (Level& level : levels_) {
        if (!level.evaluator->prepare({&threshold, 1}, plan_.scope.layers, resolve_threads(settings_.tuning.threads), stop))
            return std::nullopt;
        measured = measure_on(level, telling, stop);
        if (!measured) return std::nullopt;
    }
    known_.emplace(threshold, *measured);
    return telling.end(std::move(*measured));
}

}  // namespace clipscope
