// How much faster a list of faults runs than whole passes over the faulty network, fault by fault: the same faults, images, chunks and
// threads, the two taking turns. Times are the processor's, of all threads together.
//   list_benchmark MODEL DATA NORMALIZATION LIST.csv [IMAGES] [EVERY] [REPEATS] [THREADS]
// takes every EVERY-th trial of the list, and of these every tenth for the whole passes, whose cost does not depend on the fault.
#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <exception>
#include <string>
#include <vector>

#include "campaign/fault_list_run.h"
#include "common/text_file.h"
#include "data/dataset_reader.h"
#include "data/image_selection.h"
#include "evaluation/plain_loop.h"
#include "evaluation/worker_threads.h"
#include "network/bundled_networks.h"

using namespace clipscope;

namespace {

// Of the processor, all threads together: other programs on the machine do not count.
struct Clock {
    using time_point = std::clock_t;
    static time_point now() { return std::clock(); }
};

double seconds_since(Clock::time_point start) {
    return double(Clock::now() - start) / CLOCKS_PER_SEC;
}

JobInputs open_inputs(char** arguments, const std::string& images) {
    const Dataset all = open_dataset(arguments[2], split_from_string("test"), {});
    const Dataset chosen = all.subset(select_images(all, ImageSelection::parse(images), 1));
    const auto network = Network::load(resolve_model_path(arguments[1]), "", "")->stored_in({});
    return {network, chosen, resolve_input_format(*network, chosen, Normalization::preset(arguments[3])), arguments[1], arguments[2]};
}

struct EngineRun {
    double seconds = 0;  // without preparation
    double preparation = 0;
    int chunk = 0;
    std::vector<ListedOutcome> outcomes;
};

EngineRun run_engine(const JobInputs& inputs, const FaultListSpecification& specification) {
    EngineRun run;
    run.outcomes.resize(specification.trials.size());
    Clock::time_point start = Clock::now();
    run_fault_list(inputs, specification,
                   [&](const Event& event) {
                       if (const auto* started = std::get_if<FaultListStarted>(&event)) {
                           run.chunk = started->info.computed_with.chunk;
                           run.preparation = seconds_since(start);
                           start = Clock::now();
                       } else if (const auto* finished = std::get_if<ListedTrialFinished>(&event)) {
                           run.outcomes[finished->trial] = finished->outcome;
                       }
                   },
                   {});
    run.seconds = seconds_since(start);
    return run;
}

// Seconds a fault; counts trials whose right answers are others than the engine's.
double run_plain(const JobInputs& inputs, const FaultListSpecification& specification, const EngineRun& engine, std::size_t first,
                 int& different) {
    PlainLoop loop(inputs.network, inputs.images, inputs.input, engine.chunk, "cpu", specification.threads);
    std::vector<std::size_t> chosen;
    for (std::size_t i = first; i < specification.trials.size(); i += 10) chosen.push_back(i);
    std::atomic<std::size_t> next{0};
    std::atomic<int> others{0};
    const Clock::time_point start = Clock::now();
    run_on_workers(specification.threads, {}, [&](int worker, const std::stop_token& stop) {
        for (std::size_t i = next++; i < chosen.size(); i = next++) {
            const auto outcome = loop.run(worker, specification.trials[chosen[i]].faults(), 1, {}, stop);
            others += outcome && outcome->correct_argmax != engine.outcomes[chosen[i]].outcome.correct_argmax;
        }
    });
    different += others;
    return seconds_since(start) / double(chosen.size());
}

void compare(int count, char** arguments) {
    const auto number = [&](int place, int otherwise) { return count > place ? std::atoi(arguments[place]) : otherwise; };
    const JobInputs inputs = open_inputs(arguments, count > 5 ? arguments[5] : "1000");
    FaultListSpecification specification;
    specification.threads = number(8, 2);
    const auto all = read_fault_list(read_text_file(arguments[4]), arguments[4], inputs.network->memory_parts(), ListGrouping::as_named);
    const auto every = std::size_t(std::max(number(6, 83), 1));
    for (std::size_t i = 0; i < all.size(); i += every) specification.trials.push_back(all[i]);
    std::vector<double> ratios;
    for (int repeat = 0; repeat < number(7, 3); ++repeat) {
        const EngineRun engine = run_engine(inputs, specification);
        int different = 0;
        const double plain = run_plain(inputs, specification, engine, std::size_t(repeat) % 10, different);
        const double each = engine.seconds / double(specification.trials.size());
        ratios.push_back(plain / each);
        std::printf("%zu faults: %.2f ms each after %.2f s, whole passes %.2f ms each: %.2f times faster; %d trials with other counts\n",
                    specification.trials.size(), 1000 * each, engine.preparation, 1000 * plain, ratios.back(), different);
        std::fflush(stdout);
    }
    std::sort(ratios.begin(), ratios.end());
    std::printf("median: %.2f times\n", ratios[ratios.size() / 2]);
}

}  // namespace

int main(int count, char** arguments) {
    if (count < 5) {
        std::fputs("list_benchmark MODEL DATA NORMALIZATION LIST.csv [IMAGES] [EVERY] [REPEATS] [THREADS]\n", stderr);
        return 2;
    }
    try {
        compare(count, arguments);
        return 0;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
}
