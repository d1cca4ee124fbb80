#include "data/gzip_file.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <utility>

#include "common/error.h"

namespace clipscope {

namespace {

// Deflate's longest match is 258 bytes and takes at least two bits: 1032 bytes out of one.
constexpr std::uint64_t max_expansion = 1032;
constexpr std::uint64_t chunk_size = std::uint64_t(16) << 20;

}  // namespace

GzipFile::GzipFile(std::filesystem::path path) : path_(std::move(path)) {
    std::error_code error;
    if (!std::filesystem::is_regular_file(path_, error)) {
        throw Error(name() + " is missing or not a file; check the data folder.");
    }
    size_on_disk_ = std::filesystem::file_size(path_, error);
    if (error) throw Error(name() + " cannot be read: " + error.message() + ".");
    if (size_on_disk_ == 0) throw Error(name() + " is empty; copy or download it again.");
    file_ = gzopen(path_.c_str(), "rb");
    if (file_ == nullptr) throw Error(name() + " cannot be opened for reading; check its permissions.");
    gzbuffer(file_, 1U << 18);
}

GzipFile::~GzipFile() {
    gzclose_r(file_);
}

std::uint64_t GzipFile::content_bound() const {
    return gzdirect(file_) != 0 ? size_on_disk_ : size_on_disk_ * max_expansion;
}

std::size_t GzipFile::read_some(std::span<std::uint8_t> out) {
    const int got = gzread(file_, out.data(), static_cast<unsigned>(out.size()));
    int status = Z_OK;
    const std::string reason = gzerror(file_, &status);
    if (got < 0 || (status != Z_OK && status != Z_STREAM_END && static_cast<std::size_t>(got) < out.size())) {
        throw Error(name() + " is truncated or damaged (" + (reason.empty() ? "unreadable" : reason) + "); copy or download it again.");
    }
    return static_cast<std::size_t>(got);
}

std::vector<std::uint8_t> GzipFile::read(std::uint64_t size) {
    std::vector<std::uint8_t> bytes;
    std::size_t filled = 0;
    while (filled < size) {
        // Grown step by step: a header may claim any size, only bytes that really come take memory.
        bytes.resize(filled + static_cast<std::size_t>(std::min<std::uint64_t>(chunk_size, size - filled)));
        const std::size_t got = read_some(std::span(bytes).subspan(filled));
        if (got == 0) {
            throw Error(name() + " is truncated: " + std::to_string(size - filled) +
                        " more bytes were expected; copy or download it again.");
        }
        filled += got;
    }
    return bytes;
}

void GzipFile::expect_end() {
    std::array<std::uint8_t, 1> beyond{};
    if (read_some(beyond) != 0) throw Error(name() + " holds more than its header says; copy or download it again.");
}

}  // namespace clipscope
