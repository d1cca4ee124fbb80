#include "common/program_place.h"

namespace clipscope {

std::filesystem::path program_folder() {
    std::error_code error;
    const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe", error);
    return error ? std::filesystem::path() : program.parent_path();
}

std::filesystem::path install_prefix() {
    return program_folder().parent_path();
}

}  // namespace clipscope
