// Whole text files, read and written so that nothing fails silently.
#pragma once

#include <string>

namespace clipscope {

// Writes the file whole or not at all: into a new file beside it, which takes its place only once every byte has reached it. A full disk or
// an unwritable place throws Error and leaves what was there before. Devices and pipes are written to directly. Through a symbolic link,
// the file it points to is replaced; an existing file keeps its permissions.
void write_text_file(const std::string& path, const std::string& text);

// Throws Error where the file is missing, a folder, unreadable, or larger than 1 GiB.
std::string read_text_file(const std::string& path);

}  // namespace clipscope
