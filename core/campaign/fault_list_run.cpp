#include "campaign/fault_list_run.h"

#include <chrono>
#include <cstring>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <vector>

#include "common/error.h"
#include "evaluation/evaluator.h"
#include "evaluation/faulty_values.h"
#include "evaluation/item_workers.h"
#include "evaluation/scoring.h"
#include "evaluation/worker_threads.h"

namespace clipscope {
namespace {

using Clock = std::chrono::steady_clock;

class FaultListRun {
public:
    FaultListRun(const JobInputs& inputs, std::span<const ListedTrial> trials, const FaultListSettings& settings,
                 const FaultListObserver& observer)
        : inputs_(inputs),
          trials_(trials),
          observer_(observer),
          threads_(resolve_threads(settings.threads)),
          evaluator_(inputs.network, inputs.images, inputs.input,
                     {.chunk = settings.chunk, .device = settings.device, .memory_bytes = settings.memory_bytes, .exact = settings.exact}) {
    }

    bool run(const std::stop_token& stop) {
        if (inputs_.network->memory().pattern != FaultPattern{})
            throw UsageError("A list names every faulty bit itself: leave the pattern of faults at bit.");
        std::set<std::size_t> parts;
        for (const ListedTrial& trial : trials_)
            for (const auto& [place, positions] : trial.bits) parts.insert(place.first);
        if (!evaluator_.prepare(std::vector<std::size_t>(parts.begin(), parts.end()), threads_, stop)) return false;
        if (!run_clean(stop)) return false;
        started_ = Clock::now();
        const auto make_task = [&]() -> ItemTask {
            return [this, runner = std::make_shared<TrialRunner>(evaluator_)](std::size_t trial, const std::stop_token& stopped) {
                if (const auto outcome = run_trial(*runner, trials_[trial], stopped)) keep(trial, *outcome);
            };
        };
        run_items({trials_.size(), make_task, [this] { return evaluator_.release_memory(); }}, threads_, stop);
        return !stop.stop_requested();
    }

private:
    bool run_clean(const std::stop_token& stop) {
        bool is_run = false;
        run_on_workers(1, stop, [&](int, const std::stop_token& stopped) {
            is_run = TrialRunner(evaluator_).run({}, 1, stopped, &clean_logits_).has_value();
        });
        return is_run;
    }

    std::optional<ListedOutcome> run_trial(TrialRunner& runner, const ListedTrial& trial, const std::stop_token& stop) const {
        const TrialFaults faults = trial.faults();
        std::vector<float> logits;
        const auto outcome = runner.run(faults, 1, stop, &logits);
        if (!outcome) return std::nullopt;
        ListedOutcome listed{.faults = trial.count(), .outcome = *outcome};
        const std::size_t classes = evaluator_.classes();
        for (std::size_t first = 0; first < logits.size(); first += classes) {
            const std::span<const float> faulty{logits.data() + first, classes};
            const std::span<const float> clean{clean_logits_.data() + first, classes};
            if (std::memcmp(faulty.data(), clean.data(), classes * sizeof(float)) == 0)
                ++listed.unchanged;
            else if (predicted_class(faulty) == predicted_class(clean))
                ++listed.same_answer;
            else
                ++listed.other_answer;
        }
        if (listed.faults == 1) {
            const FaultyValue value = faulty_value(*inputs_.network, faults);
            listed.before = value.before;
            listed.after = value.after;
        }
        return listed;
    }

    // Outcomes that come early wait for those before them.
    void keep(std::size_t trial, const ListedOutcome& outcome) {
        const std::lock_guard lock(mutex_);
        if (trial < next_) return;  // began again, for memory ran out
        waiting_.insert_or_assign(trial, outcome);
        for (auto first = waiting_.begin(); first != waiting_.end() && first->first == next_; first = waiting_.erase(first), ++next_)
            observer_.on_outcome(next_, first->second);
        const auto done = std::int64_t(next_ + waiting_.size());
        const double seconds = std::chrono::duration<double>(Clock::now() - started_).count();
        if (observer_.on_progress)
            observer_.on_progress(done, seconds / double(done) * (double(trials_.size()) - double(done)), "trial " + trials_[trial].name);
    }

    const JobInputs& inputs_;
    const std::span<const ListedTrial> trials_;
    const FaultListObserver& observer_;
    const int threads_;
    Evaluator evaluator_;
    std::vector<float> clean_logits_;
    Clock::time_point started_;
    std::mutex mutex_;
    std::map<std::size_t, ListedOutcome> waiting_;
    std::size_t next_ = 0;  // to be told
};

}  // namespace

bool run_fault_list(const JobInputs& inputs, std::span<const ListedTrial> trials, const FaultListSettings& settings,
                    const FaultListObserver& observer, std::stop_token stop) {
    return FaultListRun(inputs, trials, settings, observer).run(stop);
}

}  // namespace clipscope
