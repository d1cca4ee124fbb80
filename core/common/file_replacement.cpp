#include "common/file_replacement.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <system_error>

namespace clipscope {
namespace {

[[noreturn]] void fail(int error, const std::string& path) {
    throw std::system_error(error, std::generic_category(), path);
}

// Some file systems cannot flush a folder, or anything at all; then the rename itself is all that can be had.
bool cannot_flush(int error) {
    return error == EINVAL || error == EROFS || error == ENOTSUP || error == ENOSYS;
}

void flush(const std::string& path, int flags) {
    const int file = ::open(path.c_str(), flags | O_CLOEXEC);
    if (file < 0) fail(errno, path);
    const int error = ::fsync(file) == 0 || cannot_flush(errno) ? 0 : errno;
    ::close(file);
    if (error != 0) fail(error, path);
}

}  // namespace

void flush_file(const std::string& path) {
    flush(path, O_RDONLY);
}

void replace_file(const std::string& finished, const std::string& place) {
    flush_file(finished);
    if (std::rename(finished.c_str(), place.c_str()) != 0) fail(errno, place);
    const std::filesystem::path folder = std::filesystem::path(place).parent_path();
    try {
        flush(folder.empty() ? "." : folder.string(), O_RDONLY | O_DIRECTORY);
    } catch (const std::system_error&) {
        // The file is in its place; a folder that may be written but not read cannot be flushed.
    }
}

FileStamp::FileStamp(const std::string& path) {
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0) return;
    device_ = status.st_dev;
    inode_ = status.st_ino;
    bytes_ = status.st_size;
    seconds_ = status.st_mtim.tv_sec;
    nanoseconds_ = status.st_mtim.tv_nsec;
}

}  // namespace clipscope
