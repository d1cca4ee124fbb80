#include "campaign/trial_run.h"

#include <vector>

namespace clipscope {

bool run_trial(TrialRunner& runner, const Evaluator& evaluator, const TrialFaults& faults, std::span<const double> rates,
               const std::stop_token& stop, const std::function<void(std::size_t rate_index, const TrialOutcome& outcome)>& report) {
    std::vector<std::int64_t> counts;
    std::vector<double> distinct;          // rates with other faults than the one before
    std::vector<std::size_t> of_distinct;  // their places among all
    for (std::size_t rate = 0; rate < rates.size(); ++rate) {
        counts.push_back(faults.count_below(rates[rate]));
        if (counts.back() == (rate == 0 ? 0 : counts[rate - 1])) continue;
        distinct.push_back(rates[rate]);
        of_distinct.push_back(rate);
    }
    of_distinct.push_back(rates.size());
    for (std::size_t rate = 0; rate < of_distinct.front(); ++rate) report(rate, {0, evaluator.clean()});
    return runner.run_rates(faults, distinct, stop, [&](std::size_t i, const Outcome& outcome) {
        for (std::size_t rate = of_distinct[i]; rate < of_distinct[i + 1]; ++rate) report(rate, {counts[rate], outcome});
    });
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
