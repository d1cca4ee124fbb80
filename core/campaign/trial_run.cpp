#include "campaign/trial_run.h"

namespace clipscope {

bool run_trial(TrialRunner& runner, const Evaluator& evaluator, const TrialFaults& faults, std::span<const double> rates,
               const std::stop_token& stop, const std::function<void(std::size_t rate_index, const TrialOutcome& outcome)>& report) {
    TrialOutcome result{0, evaluator.clean()};
    for (std::size_t rate = 0; rate < rates.size(); ++rate) {
        const std::int64_t count = faults.count_below(rates[rate]);
        if (count != result.faults) {
            const std::optional<Outcome> outcome = runner.run(faults, rates[rate], stop);
            if (!outcome) return false;
            result = {count, *outcome};
        }
        report(rate, result);
    }
    return true;
}

bool run_trial(ThresholdRunner& runner, const ThresholdEvaluator& evaluator, std::uint64_t trial, const TrialFaults& faults,
               std::span<const double> rates, const std::stop_token& stop,
               const std::function<void(std::size_t threshold, std::size_t rate_index, const TrialOutcome& outcome)>& report) {
    std::int64_t count = 0;
    std::vector<Outcome> outcomes;
    for (std::size_t i = 0; i < evaluator.thresholds().size(); ++i) outcomes.push_back(evaluator.clean(i));
    for (std::size_t rate = 0; rate < rates.size(); ++rate) {
        if (const std::int64_t faulty = faults.count_below(rates[rate]); faulty != count) {
            const std::optional<std::vector<Outcome>> found = runner.run(trial, faults, rates[rate], stop);
            if (!found) return false;
            outcomes = *found;
            count = faulty;
        }
        for (std::size_t i = 0; i < outcomes.size(); ++i) report(i, rate, {count, outcomes[i]});
    }
    return true;
}

}  // namespace clipscope
