// An engine that opens no file and runs no network: the window's tests decide what is opened and what jobs find.
#pragma once

#include <chrono>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "campaign/fault_scope.h"
#include "campaign/sweep.h"
#include "common/error.h"
#include "engine.h"
#include "fake_jobs.h"
#include "network/architectures/architecture_error.h"
#include "study/study_writer.h"

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
        if (name.find("quantised") != std::string::npos) info.parameters.push_back({info.path + ".weight", info.shape, 100, 8});
        model.layers.push_back(info);
        model.memory_parts.push_back(info);
    }
    model.sites = fake_sites();
    model.parameter_count = 300;
    model.fault_bits = 9600;
    if (name.find("batch3") != std::string::npos) model.metadata.fixed_batch = 3;
    if (name.ends_with(".onnx")) model.metadata.format = "ONNX";
    if (name != "says-nothing.pt") model.metadata.normalization = Normalization::preset("none");
    return model;
}

inline Dataset fake_images(std::size_t count = 2000, const std::string& name = "Fake test", const std::vector<std::string>& skipped = {}) {
    const ImageShape shape{1, 2, 2};
    std::vector<std::uint8_t> pixels(count * shape.pixels());
    for (std::size_t i = 0; i < pixels.size(); ++i) pixels[i] = std::uint8_t(i % 256);
    std::vector<std::int32_t> labels(count);
    for (std::size_t i = 0; i < count; ++i) labels[i] = std::int32_t(i % 2);
    return Dataset(name, shape, std::move(pixels), std::move(labels), {"odd", "even"}, skipped);
}

// A curve for each configuration that there are thresholds for.
inline void fake_comparison(bool is_tuned, const EventSink& sink) {
    CampaignStarted start = fake_start({"network", "network"}, {1e-6, 1e-5}, 2);
    if (is_tuned) start.curves.push_back(start.curves.front());
    const Protection protections[] = {Protection::none, Protection::clip_actmax, Protection::clip_tuned};
    for (std::size_t i = 0; i < start.curves.size(); ++i) start.curves[i].protection = protections[i];
    sink(start);
    for (int curve = 0; curve < int(start.curves.size()); ++curve)
        for (int rate = 0; rate < 2; ++rate)
            for (int trial = 0; trial < 2; ++trial) sink(fake_trial(curve, rate, trial));
    sink(JobFinished{JobEnd::done, 0.2});
}

// As core runs a job of a study, without computing anything.
inline void run_fake_job(const Study& study, JobId id, const EventSink& next, const std::stop_token& stop) {
    const JobSettings settings = study.job(id).settings;
    StudyWriter writer(study, id, next, stop);
    const EventSink sink = writer.sink();
    if (settings.kind->measures_curves() && !settings.kind->compares_protections) {
        std::vector<std::string> names;
        for (const FaultScope& scope : parse_fault_scopes(settings.layers, fake_model("fake.pt").layers)) names.push_back(scope.name);
        const EventSink with_memory = [&](Event event) {
            if (auto* started = std::get_if<CampaignStarted>(&event)) started->info.memory = settings.memory;
            sink(event);
        };
        fake_sensitivity(names, all_rates(settings.rates, {}), settings.trials, with_memory, stop, writer.known_trials());
    } else if (settings.kind == JobKind::compare) {
        fake_comparison(!settings.thresholds.empty(), sink);
    } else if (settings.kind == JobKind::harden) {
        fake_hardening(sink, stop);
    } else if (settings.kind == JobKind::sweep) {
        fake_sweep(int(find_site(settings.site, fake_sites())), sink);
    } else {
        fake_profile(TuningJob::profile, sink);
        sink(JobFinished{JobEnd::done, 0.1});
    }
}

// Both splits everywhere; pictures where the folder's name says so, of which 25 cannot be read where it says "damaged".
inline OpenedData fake_data(const std::string& folder, Split split, const PictureSize& size) {
    const std::string cropped = size.crop > 0 ? ", cropped to " + std::to_string(size.crop) : "";
    const std::vector<std::string> skipped(folder.find("damaged") == std::string::npos ? 0 : 25, "damaged.png");
    const bool holds_pictures = folder.find("pictures") != std::string::npos;
    return {fake_images(2000, "Fake " + to_string(split) + cropped, skipped), split, {Split::train, Split::test}, holds_pictures};
}

// Right with the normalisation "none", which fake models want; with any other always "odd".
inline std::vector<Answer> fake_answers(const Dataset& images, const Normalization& normalization) {
    std::vector<Answer> answers;
    for (std::size_t i = 0; i < images.size(); ++i) answers.push_back({normalization.name == "none" ? images.label(i) : 0, 0.75});
    return answers;
}

inline std::optional<InputDoubt> fake_doubt(const Normalization& normalization) {
    if (normalization.name == "none") return std::nullopt;
    InputDoubt doubt;
    doubt.kind = InputDoubt::Kind::normalization;
    doubt.images = 250;
    doubt.accuracy = 0.5;
    doubt.better = Normalization::preset("none");
    doubt.better_accuracy = 1;
    return doubt;
}

// Two steps of the three layers, one after the other; a trial a millisecond.
inline std::optional<ProtectFirst> fake_protect_first(const JobInputs& inputs, const MemoryModel& memory,
                                                      const ProtectFirstSettings& settings, const ProtectFirstProgress& progress,
                                                      std::stop_token stop) {
    for (int trial = 0; trial < settings.trials; ++trial) {
        if (stop.stop_requested()) return std::nullopt;
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
        progress(trial + 1, settings.trials, "sets");
    }
    const auto point = [&](double mean) {
        CurvePoint point;
        point.rate = settings.rate;
        point.trials = settings.trials;
        point.mean = mean;
        point.ci95_low = mean - 0.02;
        point.ci95_high = mean + 0.02;
        return point;
    };
    ProtectFirst found;
    found.info.model = inputs.model_name;
    found.info.data = inputs.data_name;
    found.info.images = std::int64_t(inputs.images.size());
    found.info.trials = settings.trials;
    found.info.memory = memory;
    found.info.rates = {settings.rate};
    found.by_bits = settings.protection.empty();
    found.protection = found.by_bits ? "tmr" : settings.protection;
    found.scope = "network";
    found.unprotected = point(0.4);
    found.all = {"all", 20, point(0.9), 1, -1};
    found.steps = {{"FC-1", 2, point(0.7), 0.6, 30}, {"CONV-2", 8, point(0.89), 0.98, 31}};
    return found;
}

// Two bits in two rounds; a candidate a millisecond.
inline std::optional<FoundWorstBits> fake_worst_bits(const JobInputs&, const MemoryModel&, const std::string& layers,
                                                     const WorstBitsSettings& settings, const WorstBitsProgress& progress,
                                                     std::stop_token stop) {
    for (std::int64_t candidate = 0; candidate < settings.candidates; ++candidate) {
        if (stop.stop_requested()) return std::nullopt;
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
        progress(candidate + 1, settings.candidates, 2 * candidate < settings.candidates ? "few images" : "all images");
    }
    const auto bit = [](const char* layer, int position, int correct) {
        return WorstBit{{layer, std::string("path.") + layer + ".weight", 7, {0, 7}, position, 0.5F, 1.7e38F},
                        {.images = 100, .correct = correct, .correct_argmax = correct}};
    };
    FoundWorstBits found;
    found.scope = layers;
    found.bits.clean = {.images = 100, .correct = 90, .correct_argmax = 90};
    found.bits.alone = {bit("CONV-1", 30, 10), bit("FC-1", 29, 40)};
    if (settings.together) found.bits.together = {bit("CONV-1", 30, 10), bit("CONV-2", 30, 5)};
    found.bits.critical = found.bits.tried = 20;
    return found;
}

// Opens anything but names that contain "broken"; parameters whose name contains "bare" want an architecture. Jobs emit a trial a
// millisecond.
inline Engine fake_engine() {
    Engine engine;
    engine.open_model = [](const std::string& name, const std::string& architecture) {
        if (name.find("broken") != std::string::npos) throw Error("Cannot read " + name + ": it is not a TorchScript file.");
        if (name.find("bare") != std::string::npos && architecture != "alexnet")
            throw ArchitectureError(name + " belongs to none of the built-in architectures.");
        OpenedModel model = fake_model(name);
        model.architecture = architecture;
        return model;
    };
    engine.open_data = [](const std::string& folder, std::optional<Split> split, const PictureSize& size) {
        if (folder.find("broken") != std::string::npos) throw Error("There are no images in " + folder + ": choose another folder.");
        return fake_data(folder, split.value_or(Split::test), size);
    };
    engine.sample_data = [](const std::string&, Split split, const PictureSize&, std::size_t count, std::stop_token) {
        return fake_images(count, "Fake " + to_string(split));
    };
    engine.answers = [](const OpenedModel&, const Dataset& images, const InputFormat& input, std::stop_token) {
        return fake_answers(images, input.normalization);
    };
    engine.check_input = [](const JobInputs& inputs, int, const std::string&, std::stop_token) {
        return fake_doubt(inputs.input.normalization);
    };
    engine.input_format = [](const OpenedModel& model, const Dataset&, const std::optional<Normalization>& asked) {
        return InputFormat{asked ? *asked : model.metadata.normalization.value(), {}};
    };
    engine.try_variants = [](const OpenedModel& model, const std::string&, Split, const PictureSize&, const std::optional<Normalization>&,
                             std::stop_token) {
        const bool has_several = model.name.find("several") != std::string::npos;
        return has_several ? std::vector<VariantTrial>{{"lenet5[tanh]", 0.9, 200}, {"lenet5", 0.25, 200}} : std::vector<VariantTrial>{};
    };
    engine.clean_pass = [](const JobInputs& inputs, int, int, const std::string&, std::stop_token) {
        Outcome outcome;
        outcome.images = std::int32_t(inputs.images.size());
        outcome.correct = outcome.correct_argmax = outcome.images * 9 / 10;
        return outcome;
    };
    engine.study_job = [](const Study& study, JobId id, int) -> Job {
        const auto own = std::make_shared<const Study>(study.another());
        return [own, id](const EventSink& sink, std::stop_token stop) { run_fake_job(*own, id, sink, stop); };
    };
    engine.read_thresholds = [](const OpenedModel&, const std::string& path) {
        if (path.find("broken") != std::string::npos) throw Error("Cannot read " + path + ": it holds no thresholds.");
        return ThresholdsFile{{}, {{"ACT-1", {}, 1.0F, 0.25F, {}, {}}, {"ACT-2", {}, 2.0F, 0.5F, {}, {}}}};
    };
    engine.write_hardened = [](const MethodInputs&, const ThresholdsFile& thresholds, const std::string& path,
                               std::stop_token) -> std::optional<HardenedFile> {
        if (path.find("broken") != std::string::npos) throw Error("Cannot write " + path + ": the disk is full.");
        return HardenedFile{path, std::int64_t(thresholds.sites.size())};
    };
    engine.is_source_there = [](const std::string&) { return true; };
    engine.find_source = [](const Study&, const JobRecord&, SourceKind) { return std::optional<std::string>(); };
    engine.protect_first = fake_protect_first;
    engine.worst_bits = fake_worst_bits;
    engine.check_source = [](const JobRecord&, SourceKind, const std::string&) {};
    engine.salvage = salvage_study;
    engine.replay_trial = [](const Study&, const TrialName& name, std::stop_token) -> std::optional<ReplayedTrial> {
        ReplayedTrial trial{name, NonfiniteRule::wrong, {{"CONV-1", "path.CONV-1.weight", 7, {0, 7}, 30, 0.5F, 1.7e38F}}, {}};
        const TrialOutcome outcome{1, {.images = 100, .correct = 40}};
        trial.outcomes.push_back({Protection::none, {.images = 100, .correct = 90}, outcome, outcome});
        return trial;
    };
    return engine;
}

}  // namespace clipscope
