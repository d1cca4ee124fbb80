// clipscope-mpi: the same commands as clipscope-cli, done by all processes that mpirun started. The first one keeps the study, prints and
// writes; the others compute.
#include <fcntl.h>
#include <mpi.h>
#include <sched.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <system_error>
#include <thread>

#include "command.h"
#include "common/error.h"
#include "mpi_team.h"
#include "process_team.h"
#include "program.h"
#include "study/study.h"

namespace {

using namespace clipscope;
using namespace clipscope::cli;
namespace fs = std::filesystem;

// A folder of this process's own, gone when it ends.
class OwnFolder {
public:
    OwnFolder() : path_((fs::temp_directory_path() / (start_ + std::to_string(getpid()) + "-XXXXXX")).string()) {
        clear_abandoned();
        if (mkdtemp(path_.data()) == nullptr)
            throw Error("There is no room for a rank's own study in '" + path_ + "': set TMPDIR to a folder with room.");
    }
    ~OwnFolder() {
        std::error_code ignored;
        fs::remove_all(path_, ignored);
    }
    OwnFolder(const OwnFolder&) = delete;
    OwnFolder& operator=(const OwnFolder&) = delete;

    std::string file(const std::string& name) const { return path_ + "/" + name; }

private:
    // Those of processes that were killed some days ago; a living one that this process cannot see has a younger one.
    static void clear_abandoned() {
        std::error_code ignored;
        for (const fs::directory_entry& entry : fs::directory_iterator(fs::temp_directory_path(), ignored)) {
            const std::string name = entry.path().filename().string();
            const int process = name.starts_with(start_) ? std::atoi(name.c_str() + start_.size()) : 0;
            if (process <= 0 || kill(process, 0) == 0 || errno != ESRCH) continue;
            constexpr auto time_to_be_missed = std::chrono::hours(72);
            const auto written = entry.last_write_time(ignored);
            if (!ignored && fs::file_time_type::clock::now() - written > time_to_be_missed) fs::remove_all(entry.path(), ignored);
        }
    }

    inline static const std::string start_ = "clipscope-mpi-";
    std::string path_;
};

std::string read_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream bytes;
    bytes << file.rdbuf();
    return bytes.str();
}

// The ranks start from what the first one's study has.
std::string place_study(MpiTeam& team, const OwnFolder& folder, const std::string& path) {
    const std::string copy = folder.file("study.clipscope");
    std::error_code error;
    std::string bytes;
    if (team.is_first() && fs::is_regular_file(path, error) && fs::file_size(path, error) > 0) {
        Study::open_to_read(path).save_as(copy);
        bytes = read_file(copy);
    }
    bytes = team.broadcast(std::move(bytes));
    if (team.is_first()) return path;
    if (!bytes.empty()) std::ofstream(copy, std::ios::binary).write(bytes.data(), std::streamsize(bytes.size()));
    return copy;
}

// The cores that this process may use, its share of the machine's.
int own_threads(int ranks_here) {
    cpu_set_t set;
    CPU_ZERO(&set);
    const int allowed = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
    return std::max(1, std::min(allowed, int(std::thread::hardware_concurrency()) / ranks_here));
}

// What a rank but the first says matters only where nobody else says it.
void be_quiet(const std::string& said) {
    const int file = open(said.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    dup2(file, STDERR_FILENO);
    dup2(file, STDOUT_FILENO);
    close(file);
}

// The first has time to say it, and to close its study.
void say_late(const std::string& said, int stderr_before, int rank) {
    constexpr auto time_for_the_first = std::chrono::seconds(3);
    std::this_thread::sleep_for(time_for_the_first);
    const std::string text = "Rank " + std::to_string(rank) + ": " + read_file(said);
    if (write(stderr_before, text.data(), text.size()) < 0) return;
}

int run_in_team(int argc, char** argv) {
    MpiTeam team;
    const OwnFolder folder;
    const int threads = own_threads(team.ranks_on_this_machine());
    process_team() = {&team, threads, [&](const std::string& path) { return place_study(team, folder, path); }};
    if (team.is_first()) return run_program(argc, argv);
    const std::string said = folder.file("said");
    const int stderr_before = dup(STDERR_FILENO);
    be_quiet(said);
    const int status = run_program(argc, argv);
    if (status != exit_done) say_late(said, stderr_before, team.rank());
    return status;
}

}  // namespace

int main(int argc, char** argv) {
    int provided = 0;
    MPI_Init_thread(&argc, &argv, MPI_THREAD_FUNNELED, &provided);
    int status = exit_failed;
    try {
        status = run_in_team(argc, argv);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "clipscope-mpi: %s\n", error.what());
    }
    if (status != exit_done) MPI_Abort(MPI_COMM_WORLD, status);
    MPI_Finalize();
    return status;
}
