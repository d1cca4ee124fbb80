#include "study/writer_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <string>
#include <thread>

#include "study/study_errors.h"

namespace clipscope {
namespace {

std::string lock_path(const std::string& study_path) {
    return study_path + "-lock";
}

// Whether `path` still names the open file: its last owner may have deleted it in the meantime.
bool is_same_file(int file, const std::string& path) {
    struct stat opened {
    }, named{};
    return fstat(file, &opened) == 0 && stat(path.c_str(), &named) == 0 && opened.st_ino == named.st_ino && opened.st_dev == named.st_dev;
}

// Somebody who only asks is_held() has it for a moment.
bool try_lock(int file) {
    for (int attempt = 0; attempt < 5; ++attempt) {
        if (flock(file, LOCK_EX | LOCK_NB) == 0) return true;
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    return false;
}

std::string owner(int file) {
    std::array<char, 128> text{};
    const ssize_t size = pread(file, text.data(), text.size(), 0);
    return size > 0 ? " (" + std::string(text.data(), std::size_t(size)) + ")" : "";
}

void name_owner(int file) {
    std::array<char, 65> host{};
    gethostname(host.data(), host.size() - 1);
    const std::string text = "process " + std::to_string(getpid()) + " on " + host.data();
    // What the file says is only for people: the lock itself holds without it.
    if (ftruncate(file, 0) != 0 || pwrite(file, text.data(), text.size(), 0) < 0) return;
}

}  // namespace

WriterLock::WriterLock(const std::string& study_path) : path_(lock_path(study_path)) {
    do {
        if (file_ >= 0) close(file_);
        file_ = open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
        if (file_ < 0)
            throw Error("The study '" + study_path + "' cannot be written (" + std::strerror(errno) +
                        " in its folder): save it in another place to go on with it.");
        if (!try_lock(file_)) {
            const std::string who = owner(file_);
            close(file_);
            throw StudyInUseError("The study '" + study_path + "' is being written by another program" + who +
                                  ": wait until that is done, or use another study.");
        }
    } while (!is_same_file(file_, path_));
    name_owner(file_);
}

WriterLock::~WriterLock() {
    unlink(path_.c_str());
    close(file_);
}

bool WriterLock::is_held(const std::string& study_path) {
    const int file = open(lock_path(study_path).c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0) return false;
    const bool is_free = flock(file, LOCK_SH | LOCK_NB) == 0;
    close(file);
    return !is_free;
}

}  // namespace clipscope
