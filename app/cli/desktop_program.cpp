#include "desktop_program.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <optional>

#include "command.h"
#include "common/error.h"
#include "common/program_place.h"
#include "common/text_list.h"

extern char** environ;

namespace clipscope::cli {
namespace {

bool is_program(const std::filesystem::path& path) {
    std::error_code ignored;
    return std::filesystem::is_regular_file(path, ignored) && access(path.c_str(), X_OK) == 0;
}

// The desktop program of the same build or package comes first; only then whatever PATH offers.
std::optional<std::filesystem::path> find_desktop_program() {
    constexpr const char* name = "clipscope";
    if (const auto folder = program_folder(); !folder.empty() && is_program(folder / name)) return folder / name;
    const char* variable = std::getenv("PATH");
    for (const std::string& folder : split_list(variable == nullptr ? "" : variable, ':')) {
        if (!folder.empty() && is_program(std::filesystem::path(folder) / name)) return std::filesystem::path(folder) / name;
    }
    return std::nullopt;
}

// This program's environment, but Qt is told to draw without a display whatever the desktop says.
std::vector<std::string> offscreen_environment() {
    constexpr const char* variable = "QT_QPA_PLATFORM=";
    std::vector<std::string> environment = {std::string(variable) + "offscreen"};
    for (char** entry = environ; *entry != nullptr; ++entry) {
        if (std::strncmp(*entry, variable, std::strlen(variable)) != 0) environment.emplace_back(*entry);
    }
    return environment;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> result;
    for (std::string& text : texts) result.push_back(text.data());
    result.push_back(nullptr);
    return result;
}

pid_t start(const std::string& program, std::vector<std::string> arguments) {
    std::vector<std::string> environment = offscreen_environment();
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    // What this program ignores, a started one would ignore too.
    sigset_t defaults;
    sigemptyset(&defaults);
    sigaddset(&defaults, SIGPIPE);
    posix_spawnattr_setsigdefault(&attributes, &defaults);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
    pid_t process = 0;
    const int error =
        posix_spawn(&process, program.c_str(), nullptr, &attributes, pointers(arguments).data(), pointers(environment).data());
    posix_spawnattr_destroy(&attributes);
    if (error != 0) throw Error("The desktop program '" + program + "' could not be started (" + std::strerror(error) + ").");
    return process;
}

// Waits for the process, ending it when the user interrupts, and returns the status to exit with.
int wait_for(pid_t process, const std::stop_token& stop) {
    {
        const std::stop_callback end_process(stop, [process] { kill(process, SIGTERM); });
        siginfo_t information;
        // The process is not reaped yet, so its number cannot meanwhile belong to another one.
        while (waitid(P_PID, id_t(process), &information, WEXITED | WNOWAIT) != 0 && errno == EINTR) {
        }
    }
    int status = 0;
    while (waitpid(process, &status, 0) < 0 && errno == EINTR) {
    }
    if (stop.stop_requested()) return exit_interrupted;
    if (WIFEXITED(status)) return WEXITSTATUS(status);
    throw Error("The desktop program ended by signal " + std::to_string(WTERMSIG(status)) + " before it was done.");
}

}  // namespace

int run_desktop_program(const std::vector<std::string>& arguments, const std::string& what, const std::stop_token& stop) {
    const auto program = find_desktop_program();
    if (!program) {
        throw Error(what +
                    " drawn by the desktop program 'clipscope', which is neither beside clipscope-cli nor in PATH; "
                    "build it with -DCLIPSCOPE_DESKTOP=ON or install it.");
    }
    std::vector<std::string> words = {program->string()};
    words.insert(words.end(), arguments.begin(), arguments.end());
    return wait_for(start(program->string(), std::move(words)), stop);
}

}  // namespace clipscope::cli
