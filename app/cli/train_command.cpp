// train: trains a built-in architecture and saves it as TorchScript.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <string>

#include "command.h"
#include "common/error.h"
#include "common/number_text.h"
#include "common_options.h"
#include "network/training.h"
#include "output_files.h"
#include "progress_line.h"
#include "text_table.h"

namespace clipscope::cli {

namespace {

struct TrainOptions {
    TrainingSpecification training;
    bool no_mirror = false;
    std::string data;
    PictureSize picture_size;
    NormalizationOptions normalization;
    std::string output;
};

// Only Fashion-MNIST, which ClipScope knows, has a normalisation of its own here; other data must say theirs.
Normalization training_normalization(const TrainOptions& options) {
    if (const auto chosen = chosen_normalization(options.normalization)) return *chosen;
    if (options.data.empty()) return Normalization::preset("fashion-mnist");
    throw UsageError("Say how the pixels of '" + options.data + "' are normalised, with --normalize or with --mean and --std");
}

void check_training(const TrainingSpecification& training) {
    check_at_least("--epochs", training.epochs, 1);
    check_at_least("--batch", training.batch, 1);
    if (training.validation_images == 0) throw UsageError("--validation-images must be at least 1: the best epoch is chosen on them");
    check_at_least("--shift", training.shift, 0);
    check_threads(training.threads);
    if (!(training.learning_rate > 0 && training.learning_rate <= 100)) {
        throw UsageError("--lr must be above 0 and at most 100, not " + number_text(training.learning_rate));
    }
}

void show_progress(ProgressLine& line, const TrainingProgress& progress) {
    const std::string epoch = "epoch " + std::to_string(progress.epoch) + " of " + std::to_string(progress.epochs);
    const std::string loss = "loss " + fixed_text(progress.loss, 4);
    if (progress.validation_accuracy >= 0)
        return line.say(epoch + ": " + loss + ", validation accuracy " + percent(progress.validation_accuracy) + " %");
    line.show(progress.steps > 0 ? double(progress.step) / double(progress.steps) : 0, progress.seconds_left, epoch + " · " + loss);
}

std::string result_text(const TrainOptions& options, const TrainingResult& result) {
    using Align = TextTable::Align;
    TextTable table({{"Saved"}, {"Architecture"}, {"Best epoch", Align::right}, {"Validation %", Align::right}, {"Test %", Align::right}});
    table.add_row({options.output, options.training.architecture, std::to_string(result.best_epoch), percent(result.validation_accuracy),
                   percent(result.test_accuracy)});
    return table.to_string();
}

int run_train(TrainOptions options, std::stop_source& stop) {
    options.training.mirror = !options.no_mirror;
    check_training(options.training);
    const Normalization normalization = training_normalization(options);
    check_writable_network(options.output);
    const Dataset training_images = open_images(options.data, Split::train, options.picture_size);
    const Dataset test_images = open_images(options.data, Split::test, options.picture_size);
    ProgressLine line;
    const TrainingResult result = train(
        options.training, training_images, test_images, normalization, options.output,
        [&line](const TrainingProgress& progress) { show_progress(line, progress); }, stop.get_token());
    line.clear();
    if (result.best_epoch == 0) {
        std::fputs("clipscope-cli: Interrupted before the first epoch ended; nothing was saved.\n", stderr);
        return exit_interrupted;
    }
    print(result_text(options, result));
    if (!result.stopped) return exit_done;
    std::fprintf(stderr, "clipscope-cli: Interrupted; the best epoch so far, %d, is kept in '%s'.\n", result.best_epoch,
                 options.output.c_str());
    return exit_interrupted;
}

}  // namespace

void add_train_command(CLI::App& app, CommandRunner& runner) {
    auto options = std::make_shared<TrainOptions>();
    TrainingSpecification& training = options->training;
    CLI::App* command = app.add_subcommand("train", "Train a built-in architecture and save it as TorchScript");
    command->add_option("--arch", training.architecture, "Architecture")->check(CLI::IsMember(architecture_names()))->capture_default_str();
    command
        ->add_option("--data", options->data,
                     "Folder with CIFAR or IDX files or a folder of images for each class, or a NumPy archive (default: Debian's Fashion-MNIST)")
        ->type_name("FOLDER");
    add_picture_options(*command, options->picture_size);
    command->add_option("--output", options->output, "The .pt file to write")->type_name("FILE")->required();
    command->add_option("--epochs", training.epochs, "Passes over the training images")->type_name("N")->capture_default_str();
    command->add_option("--batch", training.batch, "Images a step")->type_name("N")->capture_default_str();
    command->add_option("--lr", training.learning_rate, "Peak learning rate; warm-up, then half a cosine down to 0")
        ->type_name("RATE")
        ->check(refuse_comma)
        ->capture_default_str();
    command->add_flag("--no-mirror", options->no_mirror, "Never flip training images left to right");
    command->add_option("--shift", training.shift, "Move training images by up to so many pixels each way")
        ->type_name("N")
        ->capture_default_str();
    command
        ->add_option("--validation-images", training.validation_images,
                     "Training images held back; the epoch that does best on them is kept")
        ->type_name("N")
        ->check(refuse_minus)
        ->capture_default_str();
    command->add_option("--seed", training.seed, "Decides the first weights and the order of the images")
        ->type_name("N")
        ->check(refuse_minus)
        ->capture_default_str();
    command->add_option("--threads", training.threads, "Threads; 0 takes all cores")->type_name("N")->capture_default_str();
    add_normalization_options(*command, options->normalization);
    command->footer(
        "Ctrl-C ends the training and keeps the best epoch so far.\n"
        "Example: clipscope-cli train --arch lenet5 --output lenet5.pt --epochs 10");
    command->callback([options, &runner] { runner = [options](std::stop_source& stop) { return run_train(*options, stop); }; });
}

}  // namespace clipscope::cli
