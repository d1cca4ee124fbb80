// A text file that grows line by line while a job runs. A full disk shows in ok() and close(), so that a running job's sink need not throw.
#pragma once

#include <cstdio>
#include <string>

namespace clipscope::cli {

// For one thread at a time.
class LineFile {
public:
    // Throws Error where the file cannot be written; `option` names the one that chose it.
    LineFile(std::string path, const std::string& option);
    ~LineFile();
    LineFile(const LineFile&) = delete;
    LineFile& operator=(const LineFile&) = delete;

    void write(const std::string& text);  // nothing after a failed write
    bool ok() const { return error_ == 0; }
    // Throws Error where anything could not be written; `what` begins the sentence, "The list of faults".
    void close(const std::string& what);

private:
    const std::string path_;
    std::FILE* file_;
    int error_ = 0;  // errno of the first failed write
};

}  // namespace clipscope::cli
