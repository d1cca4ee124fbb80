#include "engine.h"

#include <filesystem>

#include "campaign/hardened_export.h"
#include "common/error.h"
#include "common/text_file.h"
#include "data/dataset_reader.h"
#include "network/bundled_networks.h"

namespace clipscope {
namespace {

std::string title_of(const std::string& name, const Network& network) {
    constexpr std::string_view prefix = "bundled:";
    if (name.starts_with(prefix)) {
        for (const BundledNetwork& bundled : bundled_networks()) {
            if (bundled.name == name.substr(prefix.size())) return bundled.title;
        }
    }
    return network.name();
}

OpenedModel open_model(const std::string& name) {
    OpenedModel model;
    model.name = name;
    model.network = Network::load(resolve_model_path(name));
    model.title = title_of(name, *model.network);
    model.layers = model.network->layers();
    model.sites = model.network->sites();
    model.parameter_count = model.network->parameter_count();
    model.fault_bits = model.network->fault_bits();
    model.metadata = model.network->metadata();
    return model;
}

// The bundled networks' data come from a Debian package; its absence deserves better advice than "no such folder".
Dataset open_data(const std::string& folder, Split split) {
    if (folder == fashion_mnist_folder() && !std::filesystem::exists(folder)) {
        throw Error(
            "Fashion-MNIST is not installed in " + folder +
            ": install the Debian package dataset-fashion-mnist (sudo apt install dataset-fashion-mnist), or open another data folder.");
    }
    return open_dataset(folder, split);
}

InputFormat input_format(const OpenedModel& model, const Dataset& images, const std::optional<Normalization>& asked) {
    return resolve_input_format(*model.network, images, asked);
}

Job sensitivity(const JobInputs& inputs, const SensitivitySpecification& specification) {
    return [inputs, specification](const EventSink& sink, std::stop_token stop) {
        run_sensitivity(stored_in_memory(inputs), specification, sink, stop);
    };
}

Job bit_positions_job(const JobInputs& inputs, const BitPositionSpecification& specification) {
    return [inputs, specification](const EventSink& sink, std::stop_token stop) {
        run_bit_positions(stored_in_memory(inputs), specification, sink, stop);
    };
}

// Reads the tuning images, then runs the job on them.
template <typename Specification>
Job tuning_job(const MethodInputs& inputs, const Specification& specification,
               void (*run)(const JobInputs&, const Specification&, const EventSink&, std::stop_token)) {
    return [inputs, specification, run](const EventSink& sink, std::stop_token stop) {
        const TuningInputs tuning = open_tuning_images(stored_in_memory(inputs.evaluation), inputs.tuning);
        Specification complete = specification;
        complete.settings.trained_on = tuning.trained_on;
        run(tuning.inputs, complete, sink, stop);
    };
}

Job profile(const MethodInputs& inputs, const ProfileSpecification& specification) {
    return tuning_job(inputs, specification, run_profile);
}

Job sweep(const MethodInputs& inputs, const SweepSpecification& specification) {
    return tuning_job(inputs, specification, run_sweep);
}

Job harden(const MethodInputs& inputs, const HardenSpecification& specification) {
    return tuning_job(inputs, specification, run_harden);
}

Job compare(const MethodInputs& inputs, const TuningSettings& settings, const CompareSpecification& specification) {
    return [inputs, settings, specification](const EventSink& sink, std::stop_token stop) {
        const JobInputs evaluation = stored_in_memory(inputs.evaluation);
        CompareSpecification complete = specification;
        if (!complete.act_max || complete.rates.empty()) {
            const TuningInputs tuning = open_tuning_images(evaluation, inputs.tuning);
            if (!complete_comparison(tuning.inputs, settings, complete, sink, stop)) return;
        }
        run_compare(evaluation, complete, sink, stop);
    };
}

ThresholdsFile read_thresholds(const OpenedModel& model, const std::string& path) {
    const ThresholdsFile thresholds = thresholds_from_json(read_text_file(path), path);
    check_thresholds_fit(thresholds, *model.network, path);
    thresholds.tuned(model.sites);  // throws where a site is not the network's
    return thresholds;
}

std::optional<HardenedFile> write_hardened(const MethodInputs& inputs, const ThresholdsFile& thresholds, const std::string& path,
                                           std::stop_token stop) {
    const TuningInputs tuning = open_tuning_images(inputs.evaluation, inputs.tuning);
    const Clipping clipping = thresholds.tuned(tuning.inputs.network->sites());
    const Evaluator clipped(tuning.inputs.network, tuning.inputs.images, tuning.inputs.input, {.clipping = clipping});
    return export_hardened(clipped, clipping, path, stop);
}

}  // namespace

Engine core_engine() {
    return {open_model, open_data, input_format, run_clean, sensitivity,     bit_positions_job,
            profile,    sweep,     harden,       compare,   read_thresholds, write_hardened};
}

}  // namespace clipscope
