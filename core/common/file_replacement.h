// Files that take their place whole: what was written is on the disk before its name is, whatever happens to the machine in between.
#pragma once

#include <cstdint>
#include <string>

namespace clipscope {

// Waits until all that was written to the file is on the disk. Throws std::system_error.
void flush_file(const std::string& path);

// Puts a finished file in the place of another one or of none: flushes it, renames it, flushes the folder. `place` is afterwards either
// what it was or the finished file, even after a power failure. Both lie in one file system. Throws std::system_error and leaves both.
void replace_file(const std::string& finished, const std::string& place);

// Which file a path names and when it was last changed, to notice that it became another one. Equal also where neither is there.
class FileStamp {
public:
    explicit FileStamp(const std::string& path);

    friend bool operator==(const FileStamp&, const FileStamp&) = default;

private:
    std::uint64_t device_ = 0;
    std::uint64_t inode_ = 0;
    std::int64_t bytes_ = -1;
    std::int64_t seconds_ = 0;
    std::int64_t nanoseconds_ = 0;
};

}  // namespace clipscope
