// A study of two million trials: how long it takes to write, to open and to fill the panels, and its size. Prints a line each.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>

#include "core/study/made_up_job.h"
#include "study/study_results.h"
#include "study/study_writer.h"

using namespace clipscope;

namespace {

template <class Function>
void timed(const char* what, Function function) {
    const auto start = std::chrono::steady_clock::now();
    const std::clock_t processor = std::clock();
    function();
    std::printf("%-34s %8.3f s, %8.3f s of processor time\n", what,
                std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count(),
                double(std::clock() - processor) / CLOCKS_PER_SEC);
}

}  // namespace

int main(int argc, char** argv) {
    const std::filesystem::path folder = std::filesystem::temp_directory_path() / ("clipscope-" + std::to_string(std::rand()));
    std::filesystem::create_directories(folder);
    const std::string path = (folder / "large.clipscope").string();
    testing::MadeUpJob job{.layers = {"CONV-1", "CONV-2", "CONV-3", "CONV-4", "CONV-5", "FC-1", "FC-2", "FC-3", "network", "CONV-1+FC-1"},
                           .rates = {1e-7, 5e-7, 1e-6, 5e-6, 1e-5, 5e-5, 1e-4, 5e-4, 1e-3, 1e-2},
                           .trials = argc > 1 ? std::atoi(argv[1]) : 20'000};
    const double trials = double(job.layers.size() * job.rates.size()) * job.trials;
    JobId id = 0;
    timed("written by a job", [&] {
        Study study = Study::create(path);
        id = study.add_job({});
        StudyWriter writer(study, id, [](const Event&) {}, {});
        testing::run(job, writer.known_trials(), writer.sink());
    });
    timed("opened to write and closed", [&] { Study::open(path).jobs(); });
    std::size_t points = 0;
    timed("opened, jobs listed", [&] { Study::open_to_read(path).jobs(); });
    const Study study = Study::open_to_read(path);
    SummaryReader reader(study, id);
    timed("points of all panels", [&] {
        for (const CurveSummary& curve : reader.read().curves) points += curve.points.size();
    });
    timed("followed, nothing new", [&] { reader.read(); });
    timed("how far the job is", [&] { read_progress(study, id); });
    timed("one point's trials", [&] { read_trials(study, id, "CONV-4", Protection::none, 1e-5); });
    timed("all trials as one value", [&] { read_curves(study, id); });
    std::printf("%zu points, %.0f trials, %.1f bytes a trial\n", points, trials, double(std::filesystem::file_size(path)) / trials);
    std::filesystem::remove_all(folder);
    return EXIT_SUCCESS;
}
