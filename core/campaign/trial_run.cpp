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

}  // namespace clipscope
