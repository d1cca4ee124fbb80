// --faults-out: every faulty bit of every trial as CSV, `layer,rate,trial,parameter,element,bit`, written while the job runs.
#pragma once

#include <cstdio>
#include <string>
#include <vector>

#include "campaign/events.h"

namespace clipscope::cli {

// For one thread at a time. A full disk shows in ok() and close(), so that the sink of a running job need not throw.
class FaultListFile {
public:
    // Writes the header; throws Error where the file cannot be written.
    explicit FaultListFile(const std::string& path);
    ~FaultListFile();
    FaultListFile(const FaultListFile&) = delete;
    FaultListFile& operator=(const FaultListFile&) = delete;

    // Takes CampaignStarted and FaultsInjected, passes over the others. Returns ok().
    bool take(const Event& event);
    bool ok() const { return error_ == 0; }
    // Throws Error where anything could not be written.
    void close();

private:
    void write(const std::string& text);

    std::string path_;
    std::FILE* file_;
    int error_ = 0;  // errno of the first failed write
    std::vector<std::string> layers_;
    std::vector<std::string> rates_;
};

}  // namespace clipscope::cli
