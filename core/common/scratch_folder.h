// A folder for files that nobody wants to keep; it is gone with this object.
#pragma once

#include <filesystem>
#include <string>

namespace clipscope {

class ScratchFolder {
public:
    // Throws Error where none can be made.
    ScratchFolder();
    ~ScratchFolder();
    ScratchFolder(const ScratchFolder&) = delete;
    ScratchFolder& operator=(const ScratchFolder&) = delete;

    const std::filesystem::path& path() const { return path_; }
    std::string file(const std::string& name) const { return (path_ / name).string(); }

private:
    std::filesystem::path path_;
};

}  // namespace clipscope
