#include "campaign/fault_list_run.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>
#include <map>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <set>
#include <span>
#include <vector>

#include "campaign/item_bytes.h"
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
    FaultListRun(const JobInputs& inputs, const FaultListSpecification& specification, const EventSink& sink)
        : inputs_(inputs),
          trials_(specification.trials),
          specification_(specification),
          sink_(sink),
          threads_(resolve_threads(specification.threads)),
          evaluator_(inputs.network, inputs.images, inputs.input,
                     {.chunk = specification.chunk,
                      .device = specification.device,
                      .memory_bytes = specification.memory_bytes,
                      .exact = specification.exact}) {}

    void run(const std::stop_token& stop) {
        if (inputs_.network->memory().pattern != FaultPattern{})
            throw UsageError("A list names every faulty bit itself: leave the pattern of faults at bit.");
        check_outputs();
        std::set<std::size_t> parts;
        for (const ListedTrial& trial : trials_) {
            for (const auto& [place, positions] : trial.bits) parts.insert(place.first);
            for (const auto& [output, positions] : trial.outputs) parts.insert(output.first);
        }
        if (!evaluator_.prepare(std::vector<std::size_t>(parts.begin(), parts.end()), threads_, stop)) return;
        if (!run_clean(stop)) return;
        sink_(started());
        for (std::size_t trial = 0; trial < trials_.size(); ++trial)
            if (specification_.share.holds(trial) && !(specification_.known && specification_.known(trial))) missing_.push_back(trial);
        started_ = Clock::now();
        const auto make_task = [&]() -> ItemTask {
            return [this, runner = std::make_shared<TrialRunner>(evaluator_)](std::size_t place, const std::stop_token& stopped) {
                if (const auto outcome = run_trial(*runner, trials_[missing_[place]], stopped)) keep(place, *outcome);
            };
        };
        const ItemExchange exchange{
            .take = [this](std::size_t place) { return take(place); },
            .put = [this](std::size_t place, const std::string& bytes) { keep(place, read_listed_outcome(from_bytes(bytes))); }};
        run_items({missing_.size(), make_task, [this] { return evaluator_.release_memory(); }, specification_.share.team, exchange},
                  threads_, stop);
    }

private:
    // Before anything runs: every output has the values that the list names, and its image is there.
    void check_outputs() {
        const std::vector<std::int64_t>& numbers = evaluator_.image_numbers();
        for (std::size_t place = 0; place < numbers.size(); ++place) places_.emplace(numbers[place], std::int64_t(place));
        for (const ListedTrial& trial : trials_)
            for (const auto& [output, positions] : trial.outputs) {
                const auto& [part, image] = output;
                if (!outputs_.contains(part)) outputs_[part] = evaluator_.output_memories(std::array{part}).front().info;
                const ParameterInfo& info = outputs_.at(part);
                const std::string name = output_name(inputs_.network->memory_parts()[part], image);
                const std::string where = "Trial " + trial.name + " of the list (line " + std::to_string(trial.line) + ") names ";
                if (!places_.contains(image))
                    throw Error(where + name + ", and image " + std::to_string(image) +
                                " is not among those of this run: choose the images that the list was made with, or all.");
                for (const std::uint64_t position : positions) {
                    const std::uint64_t element = position / listed_word_bits;
                    if (element >= std::uint64_t(info.elements))
                        throw Error(where + "value " + std::to_string(element) + " of " + name + ", which has " +
                                    std::to_string(info.elements) + ": count from 0, row by row.");
                    if (int(position % listed_word_bits) >= info.word_bits)
                        throw Error(where + "bit " + std::to_string(position % listed_word_bits) + " of " + name + ", whose words have " +
                                    std::to_string(info.word_bits) + ": run the list with the number format that it was made for.");
                }
            }
    }

    TrialFaults faults_of(const ListedTrial& trial) const {
        TrialFaults faults = trial.faults();
        for (const auto& [output, positions] : trial.outputs) {
            OutputFaults& of_image = faults.outputs.emplace_back(OutputFaults{output.first, places_.at(output.second), {}});
            const auto word_bits = std::uint64_t(outputs_.at(output.first).word_bits);
            for (const std::uint64_t position : positions)
                of_image.bits.push_back({position / listed_word_bits * word_bits + position % listed_word_bits, 0});
            std::ranges::sort(of_image.bits, {}, &MarkedBit::position);
        }
        return faults;
    }

    bool run_clean(const std::stop_token& stop) {
        bool is_run = false;
        run_on_workers(1, stop, [&](int, const std::stop_token& stopped) {
            is_run = TrialRunner(evaluator_).run({}, 1, stopped, &clean_logits_).has_value();
        });
        return is_run;
    }

    FaultListStarted started() const {
        FaultListStarted started;
        started.info.model = inputs_.model_name;
        started.info.data = inputs_.data_name;
        started.info.images = std::int64_t(inputs_.images.size());
        started.info.classes = std::int64_t(evaluator_.classes());
        started.info.trials = int(trials_.size());
        started.info.memory = inputs_.network->memory();
        started.info.computed_with = evaluator_.computed_with();
        started.clean = evaluator_.clean();
        return started;
    }

    std::optional<ListedOutcome> run_trial(TrialRunner& runner, const ListedTrial& trial, const std::stop_token& stop) const {
        const TrialFaults faults = faults_of(trial);
        if (trial.count() == 1) runner.list_output_values();
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
        if (listed.faults == 1 && !faults.outputs.empty() && !runner.output_values().empty()) {
            listed.before = runner.output_values().front().before;
            listed.after = runner.output_values().front().after;
        } else if (listed.faults == 1 && faults.outputs.empty()) {
            const FaultyValue value = faulty_value(*inputs_.network, faults);
            listed.before = value.before;
            listed.after = value.after;
        }
        return listed;
    }

    // For the first of the team, which tells of it.
    std::string take(std::size_t place) {
        const std::lock_guard lock(mutex_);
        return to_bytes(listed_outcome_json(waiting_.extract(place).mapped()));
    }

    // Outcomes that come early wait for those before them.
    void keep(std::size_t place, const ListedOutcome& outcome) {
        const std::lock_guard lock(mutex_);
        if (place < next_) return;  // began again, for memory ran out
        waiting_.insert_or_assign(place, outcome);
        if (specification_.share.team && !specification_.share.team->is_first()) return;
        for (auto first = waiting_.begin(); first != waiting_.end() && first->first == next_; first = waiting_.erase(first), ++next_)
            sink_(ListedTrialFinished{missing_[next_], first->second});
        const auto done = double(next_ + waiting_.size());
        const double seconds = std::chrono::duration<double>(Clock::now() - started_).count();
        const double left = double(missing_.size()) - done;
        sink_(Progress{std::int64_t(trials_.size()) - std::int64_t(left), std::int64_t(trials_.size()), seconds / done * left,
                       "trial " + trials_[missing_[place]].name});
    }

    const JobInputs& inputs_;
    const std::span<const ListedTrial> trials_;
    const FaultListSpecification& specification_;
    const EventSink& sink_;
    const int threads_;
    Evaluator evaluator_;
    std::vector<float> clean_logits_;
    std::map<std::int64_t, std::int64_t> places_;   // of the images, by number
    std::map<std::size_t, ParameterInfo> outputs_;  // of those that the list names, by part
    std::vector<std::size_t> missing_;  // places in the list, ascending
    Clock::time_point started_;
    std::mutex mutex_;
    std::map<std::size_t, ListedOutcome> waiting_;  // by place in missing_
    std::size_t next_ = 0;                          // to be told
};

}  // namespace

void run_fault_list(const JobInputs& inputs, const FaultListSpecification& specification, const EventSink& sink, std::stop_token stop) {
    const auto started = Clock::now();
    FaultListRun(inputs, specification, sink).run(stop);
    const double seconds = std::chrono::duration<double>(Clock::now() - started).count();
    sink(JobFinished{stop.stop_requested() ? JobEnd::stopped : JobEnd::done, seconds});
}

}  // namespace clipscope
