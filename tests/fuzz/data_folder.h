// A folder of its own for every process of a fuzz target that reads files, in memory where the system has such a place; removed at the end.
#pragma once

#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <span>
#include <string>

class DataFolder {
public:
    DataFolder() {
        std::error_code error;
        const std::filesystem::path memory = "/dev/shm";
        const std::filesystem::path parent = std::filesystem::is_directory(memory, error) ? memory : std::filesystem::temp_directory_path();
        path_ = parent / ("clipscope-fuzz-" + std::to_string(getpid()));
        std::filesystem::create_directories(path_);
    }
    ~DataFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    DataFolder(const DataFolder&) = delete;
    DataFolder& operator=(const DataFolder&) = delete;

    void write(const std::string& name, std::span<const std::uint8_t> bytes) const {
        std::ofstream file(path_ / name, std::ios::binary);
        file.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    }

    const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};
