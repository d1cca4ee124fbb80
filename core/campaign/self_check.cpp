#include "campaign/self_check.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "common/counter_random.h"
#include "common/error.h"
#include "evaluation/rounding.h"
#include "evaluation/scoring.h"

namespace clipscope {

namespace {

constexpr std::uint64_t first_trials = 3;        // that every curve has checked
constexpr std::size_t images_in_both_modes = 200;  // of a trial whose logits are compared

[[noreturn]] void fail(const std::string& where, const std::string& what) {
    throw Error("The self-check found a wrong result: " + where + ", " + what +
                ". This is a defect of ClipScope: please report it, and run the job in the exact mode (--exact) meanwhile.");
}

std::string where_text(const SelfCheckedTrial& trial) {
    return trial.curve + ", " + trial.point_name + ", trial " + std::to_string(trial.trial);
}

// How many images the counts are apart.
std::int64_t compare_counts(const ExactRun& exact, const Outcome& fast, const SelfCheckedTrial& trial) {
    const CountsApart apart = counts_apart(exact, fast);
    const auto decided_by_rounding = [&] {
        const std::vector<bool> images = exact.decided_by_rounding ? exact.decided_by_rounding() : std::vector<bool>();
        return std::count(images.begin(), images.end(), true);
    };
    if (!apart.is_explained && apart.images > decided_by_rounding())
        fail(where_text(trial), std::to_string(apart.images) +
                                    " images are counted otherwise in the default mode than in the exact mode, and they are no near-ties");
    return apart.images;
}

}  // namespace

SelfCheck::SelfCheck(SelfCheckSettings settings, std::uint64_t seed) : settings_(std::move(settings)), seed_(seed) {
    if (!(settings_.share >= 0 && settings_.share <= 1))
        throw UsageError("The share of trials for the self-check goes from 0 (none) to 1 (all of them).");
}

std::vector<std::size_t> SelfCheck::chosen(const std::string& curve, std::uint64_t trial, std::span<const double> points) const {
    std::vector<std::size_t> places;
    if (!is_on() || points.empty()) return places;
    std::size_t least = 0;
    for (std::size_t place = 1; place < points.size(); ++place)
        if (draw(curve, trial, points[place]) < draw(curve, trial, points[least])) least = place;
    for (std::size_t place = 0; place < points.size(); ++place)
        if (draw(curve, trial, points[place]) < settings_.share || (trial < first_trials && place == least)) places.push_back(place);
    return places;
}

// One number for each, whatever other points the curve has.
double SelfCheck::draw(const std::string& curve, std::uint64_t trial, double point) const {
    const CounterRandom random(seed_, RandomDomain::self_check);
    return unit_interval(random.block({trial, fnv1a_64(curve), std::bit_cast<std::uint64_t>(point), 0})[0]);
}

bool SelfCheck::check(TrialRunner& runner, const Evaluator& evaluator, const SelfCheckedTrial& trial, const std::stop_token& stop) {
    const auto exact = run_exact(
        {&evaluator, 0}, [&] { return evaluator.exact_twin(images_in_both_modes); }, trial, stop);
    if (!exact) return false;
    std::vector<float> logits;
    const auto again = runner.run(trial.faults, trial.rate, stop, &logits);
    if (!again) return false;
    if (settings_.disturb) settings_.disturb(logits);
    const std::int64_t near_ties = compare_modes(exact->logits, logits, exact->classes, where_text(trial), exact->decided_by_rounding);
    if (trial.outcome && exact->outcome.images == trial.outcome->images) compare_counts(*exact, *trial.outcome, trial);
    // A GPU runs several rates in one pass, which rounds otherwise.
    if (trial.outcome && evaluator.device_name() == "CPU" && *again != *trial.outcome)
        fail(where_text(trial), "the default mode counts its images otherwise when it runs again");
    note(trial, 0, near_ties);
    return true;
}

bool SelfCheck::check(const ThresholdEvaluator& evaluator, std::size_t threshold, const SelfCheckedTrial& trial,
                      const std::stop_token& stop) {
    const auto exact = run_exact(
        {&evaluator, threshold}, [&] { return evaluator.exact_twin(threshold); }, trial, stop);
    if (!exact) return false;
    note(trial, threshold, compare_counts(*exact, *trial.outcome, trial));
    return true;
}

std::optional<ExactRun> SelfCheck::run_exact(const Twins::key_type& of, const std::function<std::unique_ptr<Evaluator>()>& make,
                                             const SelfCheckedTrial& trial, const std::stop_token& stop) {
    const Evaluator* twin = nullptr;
    {
        const std::lock_guard lock(mutex_);
        std::unique_ptr<Evaluator>& known = twins_[of];
        if (!known) {
            std::unique_ptr<Evaluator> made = make();
            if (!made->prepare({}, 1, stop)) return std::nullopt;
            known = std::move(made);
        }
        twin = known.get();
    }
    ExactRun exact;
    exact.classes = twin->classes();
    TrialRunner runner(*twin);
    static_cast<void>(runner.run({}, 0, stop, &exact.clean_logits));
    const auto outcome = runner.run(trial.faults, trial.rate, stop, &exact.logits);
    if (!outcome) return std::nullopt;
    exact.outcome = *outcome;
    exact.decided_by_rounding = [twin, &trial] { return images_decided_by_rounding(*twin, trial.faults, trial.rate); };
    return exact;
}

void SelfCheck::note(const SelfCheckedTrial& trial, std::size_t threshold, std::int64_t near_ties) {
    const std::lock_guard lock(mutex_);
    checked_[{threshold, trial.curve, trial.trial, trial.point}] = near_ties;
}

SelfCheckCounts SelfCheck::counts() const {
    const std::lock_guard lock(mutex_);
    SelfCheckCounts counts;
    for (const auto& [key, near_ties] : checked_) counts += {1, near_ties};
    return counts;
}

SelfCheckCounts SelfCheck::counts(std::size_t threshold) const {
    const std::lock_guard lock(mutex_);
    SelfCheckCounts counts;
    for (const auto& [key, near_ties] : checked_)
        if (std::get<0>(key) == threshold) counts += {1, near_ties};
    return counts;
}

std::int64_t compare_modes(std::span<const float> exact, std::span<const float> fast, std::size_t classes, const std::string& where,
                           const std::function<std::vector<bool>()>& decided_by_rounding) {
    std::int64_t near_ties = 0;
    std::vector<bool> excused;
    for (std::size_t first = 0; first < exact.size(); first += classes) {
        const std::span<const float> expected = exact.subspan(first, classes), found = fast.subspan(first, classes);
        const Agreement agreement = compare_logits(expected, found);
        if (agreement == Agreement::different && decided_by_rounding && excused.empty()) excused = decided_by_rounding();
        const bool is_excused = agreement == Agreement::different && !excused.empty() && excused[first / classes];
        near_ties += agreement == Agreement::near_tie || is_excused;
        if (agreement == Agreement::different && !is_excused)
            fail(where, "image " + std::to_string(first / classes) + " gets class " + std::to_string(predicted_class(found)) +
                            " in the default mode and class " + std::to_string(predicted_class(expected)) +
                            " in the exact mode, and it is no near-tie");
    }
    return near_ties;
}

}  // namespace clipscope
