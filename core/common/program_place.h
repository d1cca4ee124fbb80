// Where this program was installed, so that what belongs to it is found wherever that is.
#pragma once

#include <filesystem>

namespace clipscope {

// The folder of this program, as /usr/bin; empty where the system does not say.
std::filesystem::path program_folder();

// The folder that has bin/ with this program, as /usr; likewise.
std::filesystem::path install_prefix();

}  // namespace clipscope
