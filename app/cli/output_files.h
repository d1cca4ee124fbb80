// Where results go: files that are known to be writable before a long run starts, and standard output. Nothing is called written before
// the system has taken every byte.
#pragma once

#include <string>

namespace clipscope::cli {

// Throws Error where `path` cannot be written; leaves an existing file as it is and none behind. "-" (standard output) and "" pass.
void check_writable_file(const std::string& path);

// The same of a network, which needs a file of its own: it takes the place of what was there.
void check_writable_network(const std::string& path);

// Makes the folder and its parents where they are missing. Throws Error where no file can be made in it. "" passes.
void check_writable_folder(const std::string& path);

// Writes the file whole or leaves what was there ("-": prints); in a process that computes for another, nothing. Throws Error.
void write_file(const std::string& path, const std::string& text);

// Prints to standard output. Throws Error, also for a reader that went away.
void print(const std::string& text);

}  // namespace clipscope::cli
