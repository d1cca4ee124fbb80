// Two million trials in 64 parts, as slices leave them, and how long it takes to join them. Prints a line each; the last says whether the
// merged study has every trial. merge_benchmark [PARTS] [TRIALS_PER_POINT]
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "common/peak_memory.h"
#include "core/study/made_up_job.h"
#include "study/job_slices.h"
#include "study/study_merge.h"
#include "study/study_writer.h"

using namespace clipscope;

namespace {

double seconds_since(std::chrono::steady_clock::time_point start) {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace

int main(int argc, char** argv) {
    const int parts = argc > 1 ? std::atoi(argv[1]) : 64;
    testing::MadeUpJob job{.layers = {"CONV-1", "CONV-2", "CONV-3", "CONV-4", "CONV-5", "FC-1", "FC-2", "FC-3", "network", "CONV-1+FC-1"},
                           .rates = {1e-7, 5e-7, 1e-6, 5e-6, 1e-5, 5e-5, 1e-4, 5e-4, 1e-3, 1e-2},
                           .trials = argc > 2 ? std::atoi(argv[2]) : 20'000};
    const std::filesystem::path folder = std::filesystem::temp_directory_path() / ("clipscope-merge-" + std::to_string(std::time(nullptr)));
    std::filesystem::create_directories(folder);
    JobSettings settings;
    settings.trials = job.trials;
    std::vector<std::string> paths;
    const auto begun = std::chrono::steady_clock::now();
    for (int part = 1; part <= parts; ++part) {
        const WorkSlice slice{part, parts};
        paths.push_back((folder / (std::to_string(part) + ".clipscope")).string());
        Study study = Study::create(paths.back());
        const JobId id = study.add_job(settings);
        {
            StudyWriter writer(study, id, [](const Event&) {}, {});
            const auto is_elsewhere = [&](std::size_t curve, std::size_t, int trial) {
                return !slice.holds(piece_of_trial(curve, job.layers.size(), std::size_t(trial)));
            };
            testing::run(job, is_elsewhere, writer.sink());
        }
        keep_slices(study, id, {slice});
    }
    std::printf("%d parts written in %.1f s\n", parts, seconds_since(begun));
    const auto start = std::chrono::steady_clock::now();
    const MergeReport report = merge_studies(paths, (folder / "all.clipscope").string());
    std::printf("merged in %.1f s, at most %.0f MiB of memory\n%s", seconds_since(start), double(peak_memory_bytes()) / (1 << 20),
                report.text().c_str());
    std::printf("%.1f bytes a trial\n", double(std::filesystem::file_size(folder / "all.clipscope")) /
                                            double(std::max<std::int64_t>(report.jobs.front().trials, 1)));
    std::filesystem::remove_all(folder);
    return report.is_whole() ? EXIT_SUCCESS : EXIT_FAILURE;
}
