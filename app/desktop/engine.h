// What the window asks of the core, as callables: the real ones open files and run LibTorch, tests put others in their place.
// All but `study_job` and `is_source_there` take long and are called on background threads only. They throw Error or UsageError.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "campaign/input_check.h"
#include "campaign/inspector.h"
#include "campaign/job_inputs.h"
#include "campaign/protect_first.h"
#include "campaign/rate_by_hand.h"
#include "campaign/threshold_by_hand.h"
#include "campaign/thresholds_file.h"
#include "campaign/tuning_images.h"
#include "campaign/variant_choice.h"
#include "campaign/worst_bits.h"
#include "data/dataset.h"
#include "data/image_file.h"
#include "data/normalization.h"
#include "evaluation/clean_answers.h"
#include "job_controller.h"
#include "network/layer_info.h"
#include "network/network.h"
#include "study/moved_sources.h"
#include "study/replay.h"
#include "study/salvage.h"
#include "study/study.h"

namespace clipscope {

// What is known of an opened model file, as plain values; `network` goes to jobs and to nobody else.
struct OpenedModel {
    std::string name;          // as it was asked for: a path or "bundled:lenet5"
    std::string architecture;  // that was asked for with it
    std::string title;         // "LeNet-5", or the file's name without ending
    std::vector<LayerInfo> layers;
    std::vector<LayerInfo> memory_parts;  // those, and what else faults may hit
    std::vector<SiteInfo> sites;
    std::int64_t parameter_count = 0;
    std::int64_t fault_bits = 0;
    ModelMetadata metadata;
    std::shared_ptr<const Network> network;
};

// Images, and what else their folder offers.
struct OpenedData {
    Dataset images;
    Split split = Split::test;
    std::vector<Split> splits;    // that there are
    bool holds_pictures = false;  // whose size is to be chosen
};

// What a hardened network is written from. The tuning images, on which it is compared, are read when it is.
struct MethodInputs {
    JobInputs evaluation;
    TuningImages tuning;
};

// With what is known of them when they are found.
struct FoundWorstBits {
    WorstBits bits;
    std::string scope;  // "network"
    std::string model_sha256;
    double seconds = 0;
};

struct Engine {
    // A path or "bundled:NAME"; the architecture of a state dictionary, empty: found by its shapes. Throws ArchitectureError, too.
    std::function<OpenedModel(const std::string& name, const std::string& architecture)> open_model;
    // No split: test where there is one, else train.
    std::function<OpenedData(const std::string& folder, std::optional<Split> split, const PictureSize& size)> open_data;
    // Only so many images, spread over the classes.
    std::function<Dataset(const std::string& folder, Split split, const PictureSize& size, std::size_t count, std::stop_token)> sample_data;
    std::function<InputFormat(const OpenedModel&, const Dataset&, const std::optional<Normalization>& asked)> input_format;
    // What to protect first in all layers, stored in this memory. Nothing where it was stopped.
    std::function<std::optional<ProtectFirst>(const JobInputs&, const MemoryModel&, const ProtectFirstSettings&,
                                              const ProtectFirstProgress&, std::stop_token)>
        protect_first;
    // Where a model's bare parameters fit several networks: these, tried on images of the folder, best first. Else nothing.
    std::function<std::vector<VariantTrial>(const OpenedModel&, const std::string& folder, Split, const PictureSize&,
                                            const std::optional<Normalization>& asked, std::stop_token)>
        try_variants;
    // None where it was stopped.
    std::function<std::vector<Answer>(const OpenedModel&, const Dataset&, const InputFormat&, std::stop_token)> answers;
    std::function<std::optional<InputDoubt>(const JobInputs&, int threads, const std::string& device, std::stop_token)> check_input;
    std::function<Outcome(const JobInputs&, int threads, int chunk, const std::string& device, std::stop_token)> clean_pass;
    // Only binds its arguments; the job itself runs where the controller puts it, from the study's own settings, and keeps its results
    // there.
    std::function<Job(const Study& study, JobId id, int threads)> study_job;
    // Throws where the file is about another network.
    std::function<ThresholdsFile(const OpenedModel&, const std::string& path)> read_thresholds;
    // Writes the network clipped at these thresholds, opens it again and compares both on the tuning images. Nothing where it was stopped.
    std::function<std::optional<HardenedFile>(const MethodInputs&, const ThresholdsFile&, const std::string& path, std::stop_token)>
        write_hardened;

    // Looks closely at faults of the network, stored so, on the evaluation images. Quick: the images run when they are asked about.
    std::function<std::shared_ptr<Inspector>(const MethodInputs&, const MemoryModel&)> inspector;

    // Whether a model's file or a folder of images is there: quick. Where it may be now, and whether it is the one that a job knows: see
    // study/moved_sources.h.
    std::function<bool(const std::string& path)> is_source_there;
    std::function<std::optional<std::string>(const Study&, const JobRecord&, SourceKind)> find_source;
    std::function<void(const JobRecord& known, SourceKind, const std::string& path)> check_source;
    // What is left of a damaged study goes into a new one.
    std::function<SalvageReport(const std::string& path, const std::string& output)> salvage;
    // Nothing where it was stopped.
    std::function<std::optional<ReplayedTrial>(const Study&, const TrialName&, std::stop_token)> replay_trial;
    // The worst bits in these layers (one scope), stored in this memory. Nothing where it was stopped.
    std::function<std::optional<FoundWorstBits>(const JobInputs&, const MemoryModel&, const std::string& layers, const WorstBitsSettings&,
                                                const WorstBitsProgress&, std::stop_token)>
        worst_bits;
    // For thresholds of a site to be tried by hand, measured as a sweep with these settings would; not prepared yet. Reads the tuning
    // images.
    std::function<std::shared_ptr<ThresholdByHand>(const MethodInputs&, const JobSettings& sweep, int threads)> threshold_by_hand;
    // For the rates of a trial's faults in this scope to be tried by hand, measured as a sensitivity with these settings would; not
    // prepared yet.
    std::function<std::shared_ptr<RateByHand>(const JobInputs&, const JobSettings& sensitivity, const std::string& scope, int threads)>
        rate_by_hand;
    // As replay_trial, with every image's answer and the images.
    std::function<std::optional<ReplayedTrial>(const Study&, const TrialName&, std::stop_token)> replay_answers;
};

Engine core_engine();

}  // namespace clipscope
