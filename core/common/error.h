// Errors that people read: one sentence that says what failed, where, and what to do about it.
// Everything that core throws on purpose is one of these; anything else is a defect.
#pragma once

#include <stdexcept>
#include <string>
#include <utility>

namespace clipscope {

// Something outside the program is not as it must be: a file, its contents, the disk. Exit status 1.
class Error : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

// What was asked for makes no sense: a rate of 2, an unknown layer. Exit status 2.
class UsageError : public Error {
public:
    using Error::Error;
};

// An error that a library caused: `detail` is what it said, however long and raw, for a log; not for people.
class LibraryError : public Error {
public:
    LibraryError(const std::string& sentence, std::string detail) : Error(sentence), detail_(std::move(detail)) {}

    const std::string& detail() const { return detail_; }

private:
    std::string detail_;
};

// What an exception of any kind says, short enough for a line: its first line, cut where it is very long.
std::string short_text(const std::exception& error);
// All that is known of it, for a log: what it says, and what a library said.
std::string long_text(const std::exception& error);

}  // namespace clipscope
