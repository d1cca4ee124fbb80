// What the window asks of the core, as callables: the real ones open files and run LibTorch, tests put others in their place.
// All of them but `sensitivity` take long; the laboratory calls them on background threads only. They throw Error or UsageError.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "campaign/job_inputs.h"
#include "campaign/sensitivity.h"
#include "data/dataset.h"
#include "data/normalization.h"
#include "job_controller.h"
#include "network/layer_info.h"
#include "network/network.h"

namespace clipscope {

// What is known of an opened model file, as plain values; `network` goes to jobs and to nobody else.
struct OpenedModel {
    std::string name;   // as it was asked for: a path or "bundled:lenet5"
    std::string title;  // "LeNet-5", or the file's name without ending
    std::vector<LayerInfo> layers;
    std::int64_t parameter_count = 0;
    std::int64_t fault_bits = 0;
    ModelMetadata metadata;
    std::shared_ptr<const Network> network;
};

struct Engine {
    // A path or "bundled:NAME".
    std::function<OpenedModel(const std::string& name)> open_model;
    std::function<Dataset(const std::string& folder, Split split)> open_data;
    std::function<InputFormat(const OpenedModel&, const Dataset&, const std::optional<Normalization>& asked)> input_format;
    std::function<Outcome(const JobInputs&, int threads, int chunk, const std::string& device, std::stop_token)> clean_pass;
    // Only binds its arguments; the job itself runs where the controller puts it.
    std::function<Job(const JobInputs&, const SensitivitySpecification&)> sensitivity;
};

Engine core_engine();

}  // namespace clipscope
