// clipscope-mpi: the same commands as clipscope-cli, done by all processes that mpirun started. The first one keeps the study, prints and
// writes; the others compute.
#include <fcntl.h>
#include <mpi.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <system_error>
#include <thread>
#include <utility>

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
    OwnFolder() : path_((fs::temp_directory_path() / (name_of(getpid()) + "XXXXXX")).string()) {
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
    // "clipscope-mpi-1234@node7-": machines may share the folder of temporary files.
    static std::string name_of(int process) {
        char host[256] = {};
        gethostname(host, sizeof host - 1);
        return start_ + std::to_string(process) + "@" + host + "-";
    }

    // Of a process of this machine that is there no more.
    static bool is_left_over(const std::string& name) {
        const int process = name.starts_with(start_) ? std::atoi(name.c_str() + start_.size()) : 0;
        constexpr std::size_t random_letters = 6;
        const std::string expected = name_of(process);
        const bool is_of_this_machine = name.starts_with(expected) && name.size() == expected.size() + random_letters;
        return process > 0 && is_of_this_machine && kill(process, 0) != 0 && errno == ESRCH;
    }

    // Those of processes that were killed some days ago; a living one that this process cannot see has a younger one.
    static void clear_abandoned() {
        std::error_code error;
        for (fs::directory_iterator entry(fs::temp_directory_path(), error), end; !error && entry != end; entry.increment(error)) {
            if (!is_left_over(entry->path().filename().string())) continue;
            constexpr auto time_to_be_missed = std::chrono::hours(72);
            std::error_code ignored;
            const auto written = entry->last_write_time(ignored);
            if (!ignored && fs::file_time_type::clock::now() - written > time_to_be_missed) fs::remove_all(entry->path(), ignored);
        }
    }

    inline static const std::string start_ = "clipscope-mpi-";
    std::string path_;
};

std::string read_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
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
    if (!bytes.empty()) {
        std::ofstream file(copy, std::ios::binary);
        file.write(bytes.data(), std::streamsize(bytes.size()));
        file.close();
        if (!file) throw Error("A rank's own copy of the study does not fit at '" + copy + "': set TMPDIR to a folder with room.");
    }
    return copy;
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
    process_team() = {&team, team.own_cores(), [&](const std::string& path) { return place_study(team, folder, path); }};
    if (team.is_first()) return run_program(argc, argv);
    // mpirun passes signals on to all: the first ends the job with what is there, and then all of them.
    for (const int heard_by_the_first : {SIGINT, SIGTERM, SIGPIPE}) signal(heard_by_the_first, SIG_IGN);
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
