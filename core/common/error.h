// Errors that people read: one sentence that says what failed, where, and what to do about it.
// Everything that core throws on purpose is one of these; anything else is a defect.
#pragma once

#include <stdexcept>
#include <string>

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

}  // namespace clipscope
