// The SHA-256 of a file: which file a result belongs to, whatever it is called.
#pragma once

#include <string>

namespace clipscope {

// 64 lower-case hexadecimal digits. Throws Error where the file cannot be read.
std::string file_sha256(const std::string& path);

}  // namespace clipscope
