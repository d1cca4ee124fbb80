// How long jobs will take on what lies on the bench: learns from the clean pass, and from every job that has come to its end. GUI thread.
#pragma once

#include <QString>
#include <map>
#include <vector>

#include "study/job_settings.h"

namespace clipscope {

class Laboratory;

class JobForecast {
public:
    explicit JobForecast(const Laboratory& laboratory) : laboratory_(laboratory) {}

    void learn(const JobSettings& settings, double seconds);
    void forget();  // another model
    // "about 0:41" for all of them, at least one; empty where nothing can be said yet.
    QString text(const std::vector<JobSettings>& jobs) const;

private:
    // What the latest job of a kind cost.
    struct Finished {
        JobSettings settings;
        double seconds = 0;
    };

    double work_of(const JobSettings& settings) const;

    const Laboratory& laboratory_;
    std::map<JobKind, Finished> finished_;
};

}  // namespace clipscope
