// An engine that opens no file and runs no network: the window's tests decide what is opened and what jobs find.
#pragma once

#include <stop_token>
#include <string>
#include <vector>

#include "common/error.h"
#include "engine.h"
#include "fake_jobs.h"

namespace clipscope {

inline OpenedModel fake_model(const std::string& name) {
    OpenedModel model;
    model.name = name;
    model.title = "Fake";
    for (const char* layer : {"CONV-1", "CONV-2", "FC-1"}) {
        LayerInfo info;
        info.name = layer;
        info.path = std::string("path.") + layer;
        info.kind = info.name.starts_with("CONV") ? "Conv2d" : "Linear";
        info.shape = {10, 10};
        info.parameter_count = 100;
        info.bits = 3200;
        model.layers.push_back(info);
    }
    model.parameter_count = 300;
    model.fault_bits = 9600;
    if (name != "says-nothing.pt") model.metadata.normalization = Normalization::preset("none");
    return model;
}

inline Dataset fake_images(std::size_t count = 2000) {
    const ImageShape shape{1, 2, 2};
    std::vector<std::uint8_t> pixels(count * shape.pixels());
    for (std::size_t i = 0; i < pixels.size(); ++i) pixels[i] = std::uint8_t(i % 256);
    std::vector<std::int32_t> labels(count);
    for (std::size_t i = 0; i < count; ++i) labels[i] = std::int32_t(i % 2);
    return Dataset("Fake test", shape, std::move(pixels), std::move(labels), {"odd", "even"});
}

// Opens anything but names that contain "broken"; jobs emit a trial a millisecond.
inline Engine fake_engine() {
    Engine engine;
    engine.open_model = [](const std::string& name) {
        if (name.find("broken") != std::string::npos) throw Error("Cannot read " + name + ": it is not a TorchScript file.");
        return fake_model(name);
    };
    engine.open_data = [](const std::string& folder, Split) {
        if (folder.find("broken") != std::string::npos) throw Error("There are no images in " + folder + ": choose another folder.");
        return fake_images();
    };
    engine.input_format = [](const OpenedModel& model, const Dataset&, const std::optional<Normalization>& asked) {
        return InputFormat{asked ? *asked : model.metadata.normalization.value(), {}};
    };
    engine.clean_pass = [](const JobInputs& inputs, int, int, const std::string&, std::stop_token) {
        Outcome outcome;
        outcome.images = std::int32_t(inputs.images.size());
        outcome.correct = outcome.correct_argmax = outcome.images * 9 / 10;
        return outcome;
    };
    engine.sensitivity = [](const JobInputs&, const SensitivitySpecification& specification) -> Job {
        return [specification](const EventSink& sink, std::stop_token stop) {
            std::vector<std::string> scopes;
            for (const FaultScope& scope : specification.scopes) scopes.push_back(scope.name);
            fake_sensitivity(scopes, specification.rates, specification.trials, sink, stop);
        };
    };
    return engine;
}

}  // namespace clipscope
