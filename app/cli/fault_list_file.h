// --faults-out: every faulty bit of every trial as CSV, `layer,rate,trial,parameter,element,bit`, written while the job runs.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "campaign/events.h"
#include "line_file.h"

namespace clipscope::cli {

// For one thread at a time. A full disk shows in ok() and close(), so that the sink of a running job need not throw.
class FaultListFile {
public:
    // Writes the header; throws Error where the file cannot be written.
    explicit FaultListFile(const std::string& path);

    // Takes CampaignStarted and FaultsInjected, passes over the others. Returns ok().
    bool take(const Event& event);
    bool ok() const { return file_.ok(); }
    // Throws Error where anything could not be written.
    void close();

private:
    // Whether the curve is the first seen to list the parameter. Contestants of a duel share faults, which are listed once.
    bool is_listed_by(int curve, const std::string& parameter);

    LineFile file_;
    bool lists_once_ = false;
    std::map<std::pair<std::string, std::string>, int> listed_by_;  // by scope and parameter, the curve
    std::vector<std::string> layers_;
    std::vector<std::string> rates_;
};

}  // namespace clipscope::cli
