#include "common/text_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <optional>
#include <system_error>

#include "common/error.h"
#include "common/file_replacement.h"

namespace clipscope {
namespace {

constexpr std::size_t largest_file = std::size_t(1) << 30;

[[noreturn]] void fail(const std::string& path, const char* what, int error, const char* advice) {
    throw Error("Cannot " + std::string(what) + " '" + path + "': " + std::strerror(error) + "; " + advice);
}

[[noreturn]] void fail_to_write(const std::string& path, int error) {
    fail(path, "write", error, "choose another place or make room there.");
}

class FileDescriptor {
public:
    explicit FileDescriptor(int number) : number_(number) {}
    ~FileDescriptor() {
        if (number_ >= 0) ::close(number_);
    }
    FileDescriptor(const FileDescriptor&) = delete;
    FileDescriptor& operator=(const FileDescriptor&) = delete;

    int number() const { return number_; }
    // Network file systems and quotas report some failures only here.
    bool close() {
        const int number = number_;
        number_ = -1;
        return ::close(number) == 0;
    }

private:
    int number_;
};

// Returns 0 or the error's number.
int write_and_close(FileDescriptor& file, const std::string& text) {
    std::size_t written = 0;
    while (written < text.size()) {
        const ssize_t step = ::write(file.number(), text.data() + written, text.size() - written);
        if (step < 0 && errno == EINTR) continue;
        if (step < 0) return errno;
        written += std::size_t(step);
    }
    return file.close() ? 0 : errno;
}

std::optional<struct stat> status_of(const std::string& path) {
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0) return std::nullopt;
    return status;
}

void write_directly(const std::string& path, const std::string& text) {
    FileDescriptor file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
    if (file.number() < 0) fail_to_write(path, errno);
    if (const int error = write_and_close(file, text)) fail_to_write(path, error);
}

// A name beside the target that no other process or thread uses.
std::string temporary_name(const std::string& target) {
    static std::atomic<unsigned> counter{0};
    return target + ".part-" + std::to_string(::getpid()) + "-" + std::to_string(counter++);
}

void write_and_rename(const std::string& path, const std::string& target, const std::optional<struct stat>& existing,
                      const std::string& text) {
    const std::string temporary = temporary_name(target);
    FileDescriptor file(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
    if (file.number() < 0) fail_to_write(path, errno);
    int error = 0;
    if (existing && ::fchmod(file.number(), existing->st_mode & 07777) != 0) error = errno;
    if (error == 0) error = write_and_close(file, text);
    if (error == 0) {
        try {
            return replace_file(temporary, target);
        } catch (const std::system_error& failure) {
            error = failure.code().value();
        }
    }
    ::unlink(temporary.c_str());
    fail_to_write(path, error);
}

}  // namespace

void write_text_file(const std::string& path, const std::string& text) {
    const std::optional<struct stat> existing = status_of(path);
    if (!existing) return write_and_rename(path, path, existing, text);
    if (S_ISDIR(existing->st_mode)) fail_to_write(path, EISDIR);
    if (!S_ISREG(existing->st_mode)) return write_directly(path, text);
    if (::access(path.c_str(), W_OK) != 0) fail_to_write(path, errno);
    std::error_code ignored;
    const std::filesystem::path target = std::filesystem::canonical(path, ignored);
    write_and_rename(path, target.empty() ? path : target.string(), existing, text);
}

std::string read_text_file(const std::string& path) {
    constexpr const char* advice = "check the path and that you may read it.";
    const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (file.number() < 0) fail(path, "read", errno, advice);
    std::string text;
    std::array<char, 65536> buffer;
    while (true) {
        const ssize_t step = ::read(file.number(), buffer.data(), buffer.size());
        if (step < 0 && errno == EINTR) continue;
        if (step < 0) fail(path, "read", errno, advice);
        if (step == 0) return text;
        text.append(buffer.data(), std::size_t(step));
        if (text.size() > largest_file) throw Error("'" + path + "' is larger than 1 GiB: choose a text file that ClipScope wrote.");
    }
}

}  // namespace clipscope
