#include "line_file.h"

#include <cerrno>
#include <cstring>
#include <utility>

#include "common/error.h"
#include "process_team.h"

namespace clipscope::cli {

LineFile::LineFile(std::string path, const std::string& option)
    : path_(process_team().is_follower() ? "/dev/null" : std::move(path)), file_(std::fopen(path_.c_str(), "we")) {
    if (file_ == nullptr) throw Error("Cannot write '" + path_ + "': " + std::strerror(errno) + "; choose another " + option + ".");
}

LineFile::~LineFile() {
    if (file_ != nullptr) std::fclose(file_);
}

void LineFile::write(const std::string& text) {
    if (ok() && std::fwrite(text.data(), 1, text.size(), file_) != text.size()) error_ = errno;
}

void LineFile::close(const std::string& what) {
    std::FILE* file = std::exchange(file_, nullptr);
    if (file != nullptr && std::fclose(file) != 0 && ok()) error_ = errno;
    if (!ok()) throw Error(what + " '" + path_ + "' could not be written whole (" + std::strerror(error_) + ")");
}

}  // namespace clipscope::cli
