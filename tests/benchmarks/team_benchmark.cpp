// How many results the first of a team takes: the others compute nothing and only send, and the first writes them into a study as it does
// those of a job. mpirun --oversubscribe -n 65 team_benchmark [TRIALS_OF_A_CURVE]
#include <mpi.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <thread>

#include "campaign/item_bytes.h"
#include "core/study/made_up_job.h"
#include "evaluation/item_workers.h"
#include "mpi_team.h"
#include "study/study_writer.h"

using namespace clipscope;

namespace {

// The first keeps the study.
struct Kept {
    explicit Kept(const std::string& path)
        : study(Study::create(path)), job(study.add_job({})), writer(study, job, [](const Event&) {}, {}) {}

    Study study;
    JobId job;
    StudyWriter writer;
};

class Results {
public:
    Results(const testing::MadeUpJob& job, std::optional<EventSink> sink) : job_(job), sink_(std::move(sink)) {}

    // All rates of a trial of a curve, with the bits that it changed, as a campaign sends them.
    std::string take(std::size_t item) const {
        auto results = nlohmann::ordered_json::array();
        const std::size_t curve = item % job_.layers.size();
        const int trial = int(item / job_.layers.size());
        InjectionCounts counts(3);
        for (LayerInjection& layer : counts)
            for (std::size_t bit = item % 7; bit < LayerInjection::bit_positions; bit += 9) layer.asked[bit] = layer.changed[bit] = 1;
        for (std::size_t rate = 0; rate < job_.rates.size(); ++rate)
            results.push_back({rate, trial_json(testing::outcome_of(job_, curve, job_.rates[rate], trial)), injection_json(counts)});
        return to_bytes(results);
    }

    void put(std::size_t item, const std::string& bytes) {
        const std::lock_guard lock(mutex_);
        bytes_ += std::int64_t(bytes.size());
        for (const auto& result : from_bytes(bytes)) {
            const int curve = int(item % job_.layers.size()), rate = result.at(0).get<int>(), trial = int(item / job_.layers.size());
            FaultsCounted counted{curve, rate, trial, {}};
            for (const LayerInjection& layer : read_injection(result.at(2))) counted.layers.push_back({"CONV-1", layer});
            (*sink_)(counted);
            (*sink_)(TrialFinished{curve, rate, trial, read_trial(result.at(1))});
            ++events_;
        }
    }

    std::int64_t events() const { return events_; }
    std::int64_t bytes() const { return bytes_; }

private:
    const testing::MadeUpJob& job_;
    const std::optional<EventSink> sink_;
    std::mutex mutex_;
    std::int64_t events_ = 0;
    std::int64_t bytes_ = 0;
};

void run(int trials) {
    cli::MpiTeam team;
    const testing::MadeUpJob job{
        .layers = {"CONV-1", "CONV-2", "CONV-3", "network"}, .rates = {1e-7, 5e-7, 1e-6, 5e-6, 1e-5, 5e-5, 1e-4}, .trials = trials};
    const std::filesystem::path folder = std::filesystem::temp_directory_path() / ("clipscope-team-" + std::to_string(std::time(nullptr)));
    std::unique_ptr<Kept> kept;
    if (team.is_first()) {
        std::filesystem::create_directories(folder);
        kept = std::make_unique<Kept>((folder / "study.clipscope").string());
        kept->writer.sink()(testing::started_event(job));
    }
    Results results(job, kept ? std::optional(kept->writer.sink()) : std::nullopt);
    const bool is_first = team.is_first();
    const ItemWork work{.count = job.layers.size() * std::size_t(trials),
                        .make_task = [is_first]() -> ItemTask {
                            return [is_first](std::size_t, const std::stop_token&) {
                                if (is_first) std::this_thread::sleep_for(std::chrono::seconds(1));  // it only takes
                            };
                        },
                        .release_memory = [] { return false; },
                        .team = &team,
                        .exchange = {.take = [&](std::size_t item) { return results.take(item); },
                                     .put = [&](std::size_t item, const std::string& bytes) { results.put(item, bytes); }}};
    const auto start = std::chrono::steady_clock::now();
    const std::clock_t processor = std::clock();
    run_items(work, 1, {});
    if (is_first) kept->writer.sink()(JobFinished{});
    const double wall = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    const double busy = double(std::clock() - processor) / CLOCKS_PER_SEC;
    if (is_first) {
        const auto events = double(results.events());
        std::printf(
            "%d ranks send %.0f trials, %.0f bytes each: %.1f s, %.0f trials/s; rank 0 worked %.1f s of it: %.0f trials/s of its time\n",
            team.size() - 1, events, double(results.bytes()) / events, wall, events / wall, busy, events / busy);
        kept.reset();
        std::filesystem::remove_all(folder);
    }
}

}  // namespace

int main(int argc, char** argv) {
    int provided = 0;
    MPI_Init_thread(&argc, &argv, MPI_THREAD_FUNNELED, &provided);
    run(argc > 1 ? std::atoi(argv[1]) : 20'000);
    MPI_Finalize();
    return EXIT_SUCCESS;
}
