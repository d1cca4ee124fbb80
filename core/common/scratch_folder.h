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

    std::string file(const char* name) const { return (path_ / name).string(); }

private:
    std::filesystem::path path_;
};

}  // namespace clipscope
