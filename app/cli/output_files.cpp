#include "output_files.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <system_error>

#include "common/error.h"
#include "common/text_file.h"
#include "process_team.h"

namespace clipscope::cli {

namespace {

[[noreturn]] void refuse(const std::string& path, int error) {
    throw Error("Cannot write '" + path + "': " + std::strerror(error) + "; choose another place or make this one writable.");
}

}  // namespace

void check_writable_file(const std::string& path) {
    if (path.empty() || path == "-" || process_team().is_follower()) return;
    int file = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    const bool is_new = file >= 0;
    if (!is_new && errno == EEXIST) {
        // A named pipe would block until somebody reads it, and has nothing to be checked.
        if (std::error_code ignored; std::filesystem::is_fifo(path, ignored)) return;
        file = open(path.c_str(), O_WRONLY | O_CLOEXEC);
    }
    if (file < 0) refuse(path, errno);
    close(file);
    if (is_new) {
        unlink(path.c_str());
    } else if (std::error_code ignored; std::filesystem::is_regular_file(path, ignored)) {
        // The new contents are put in the old ones' place, which takes a new file beside them.
        const std::filesystem::path folder = std::filesystem::canonical(path, ignored).parent_path();
        if (access(folder.c_str(), W_OK) != 0) refuse(path, errno);
    }
}

void check_writable_network(const std::string& path) {
    std::error_code ignored;
    if (std::filesystem::exists(path, ignored) && !std::filesystem::is_regular_file(path, ignored))
        throw Error("Cannot write '" + path + "': it is a folder or a device, and a network needs a file of its own; choose another name.");
    check_writable_file(path);
}

void check_writable_folder(const std::string& path) {
    if (path.empty() || process_team().is_follower()) return;
    std::error_code error;
    std::filesystem::create_directories(path, error);
    if (error) refuse(path, error.value());
    std::string probe = (std::filesystem::path(path) / ".clipscope-XXXXXX").string();
    const int file = mkstemp(probe.data());
    if (file < 0) refuse(path, errno);
    close(file);
    unlink(probe.c_str());
}

void write_file(const std::string& path, const std::string& text) {
    if (process_team().is_follower()) return;
    if (path == "-") return print(text);
    write_text_file(path, text);
}

void print(const std::string& text) {
    if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fflush(stdout) != 0) {
        throw Error(std::string("The results could not be printed to standard output (") + std::strerror(errno) + ")");
    }
}

}  // namespace clipscope::cli
