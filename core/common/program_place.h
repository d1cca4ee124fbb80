// Where this program was installed, so that what belongs to it is found wherever that is.
#pragma once

#include <filesystem>

namespace clipscope {

// The folder that has bin/ with this program, as /usr; empty where the system does not say.
std::filesystem::path install_prefix();

}  // namespace clipscope
