// What the window asks of the core, as callables: the real ones open files and run LibTorch, tests put others in their place.
// All but `study_job` take long; the laboratory calls them on background threads only. They throw Error or UsageError.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "campaign/job_inputs.h"
#include "campaign/thresholds_file.h"
#include "campaign/tuning_images.h"
#include "data/dataset.h"
#include "data/normalization.h"
#include "job_controller.h"
#include "network/layer_info.h"
#include "network/network.h"
#include "study/study.h"

namespace clipscope {

// What is known of an opened model file, as plain values; `network` goes to jobs and to nobody else.
struct OpenedModel {
    std::string name;   // as it was asked for: a path or "bundled:lenet5"
    std::string title;  // "LeNet-5", or the file's name without ending
    std::vector<LayerInfo> layers;
    std::vector<LayerInfo> memory_parts;  // those, and what else faults may hit
    std::vector<SiteInfo> sites;
    std::int64_t parameter_count = 0;
    std::int64_t fault_bits = 0;
    ModelMetadata metadata;
    std::shared_ptr<const Network> network;
};

// What a hardened network is written from. The tuning images, on which it is compared, are read when it is.
struct MethodInputs {
    JobInputs evaluation;
    TuningImages tuning;
};

struct Engine {
    // A path or "bundled:NAME".
    std::function<OpenedModel(const std::string& name)> open_model;
    std::function<Dataset(const std::string& folder, Split split)> open_data;
    std::function<InputFormat(const OpenedModel&, const Dataset&, const std::optional<Normalization>& asked)> input_format;
    std::function<Outcome(const JobInputs&, int threads, int chunk, const std::string& device, std::stop_token)> clean_pass;
    // Only binds its arguments; the job itself runs where the controller puts it, from the study's own settings, and keeps its results
    // there.
    std::function<Job(const Study& study, JobId id, int threads)> study_job;
    // Throws where the file is about another network.
    std::function<ThresholdsFile(const OpenedModel&, const std::string& path)> read_thresholds;
    // Writes the network clipped at these thresholds, opens it again and compares both on the tuning images. Nothing where it was stopped.
    std::function<std::optional<HardenedFile>(const MethodInputs&, const ThresholdsFile&, const std::string& path, std::stop_token)>
        write_hardened;
};

Engine core_engine();

}  // namespace clipscope
