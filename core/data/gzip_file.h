// A data file, plain or gzip (told apart by its content), read once from front to back. Never allocates more than the file's own bytes
// can account for, whatever its headers claim. Errors name the file.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

struct gzFile_s;

namespace clipscope {

class GzipFile {
public:
    // Throws Error where the file is missing, no regular file, unreadable or empty.
    explicit GzipFile(std::filesystem::path path);
    ~GzipFile();
    GzipFile(const GzipFile&) = delete;
    GzipFile& operator=(const GzipFile&) = delete;

    std::string name() const { return "'" + path_.string() + "'"; }

    // No content of this file can be longer than this many bytes: its size, or for gzip what that size can expand to at most.
    std::uint64_t content_bound() const;

    // The next `size` bytes. Throws Error where the content ends before, or is damaged.
    std::vector<std::uint8_t> read(std::uint64_t size);

    // Throws Error unless everything has been read; only here is the checksum of a gzip file verified.
    void expect_end();

private:
    std::size_t read_some(std::span<std::uint8_t> out);

    std::filesystem::path path_;
    std::uint64_t size_on_disk_ = 0;
    gzFile_s* file_ = nullptr;
};

}  // namespace clipscope
