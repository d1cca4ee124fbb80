// Who may write a study: one at a time. A small file beside the study, locked by the operating system, which lets go of it when the process
// ends, however it ends; what a killed process leaves behind blocks nobody.
#pragma once

#include <string>

namespace clipscope {

class WriterLock {
public:
    // Throws StudyInUseError naming the process that writes it, Error where no file can be made beside the study.
    explicit WriterLock(const std::string& study_path);
    ~WriterLock();
    WriterLock(const WriterLock&) = delete;
    WriterLock& operator=(const WriterLock&) = delete;

    // Whether somebody writes the study now.
    static bool is_held(const std::string& study_path);

private:
    std::string path_;
    int file_ = -1;
};

}  // namespace clipscope
