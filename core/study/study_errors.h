// What can be wrong with a study's file, told apart so that a window can offer the right way out.
#pragma once

#include "common/error.h"

namespace clipscope {

// No space, or a limit on the file's size: what was not written yet can be written once there is space again.
class StudyFullError : public Error {
public:
    using Error::Error;
};

// Another process, or another part of this one, writes the study.
class StudyInUseError : public Error {
public:
    using Error::Error;
};

// Damaged; salvage_study() saves what is left. Also what is no study at all.
class StudyDamagedError : public Error {
public:
    using Error::Error;
};

// The model or the images are not the ones that a job was measured with.
class StudyInputError : public Error {
public:
    using Error::Error;
};

}  // namespace clipscope
