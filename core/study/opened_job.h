// What a job of a study works on, opened from its settings, and what the study remembers of it.
#pragma once

#include <optional>

#include "campaign/job_inputs.h"
#include "campaign/tuning_images.h"
#include "study/study.h"

namespace clipscope {

struct OpenedJob {
    JobInputs evaluation;
    std::optional<TuningInputs> tuning;  // where the job needs some
    SourceRecord model;
    SourceRecord images;
    std::optional<SourceRecord> tuning_images;
};

// Reads the model and the images; up to some seconds. Throws UsageError on senseless settings (also layers, sites and rates that there are
// not), Error where something cannot be read.
OpenedJob open_job(const JobSettings& settings);

// What open_job() would say of the images that the job is evaluated on; reads them alone. Throws as it does.
SourceRecord describe_images(const JobSettings& settings);

}  // namespace clipscope
