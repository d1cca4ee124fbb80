#include "network/training.h"

#include <torch/torch.h>

#include <chrono>
#include <cmath>
#include <numeric>

#include "common/error.h"
#include "common/number_text.h"
#include "data/image_selection.h"
#include "network/architectures/architectures.h"
#include "network/model_file.h"

namespace clipscope {

namespace {

using Clock = std::chrono::steady_clock;

struct Batch {
    at::Tensor images;  // N×C×H×W
    at::Tensor labels;
};

Batch prepare_batch(const Dataset& dataset, const InputFormat& format, std::span<const std::size_t> positions) {
    const ImageShape shape = prepared_shape(dataset, format);
    const auto count = std::int64_t(positions.size());
    Batch batch{at::empty({count, shape.channels, shape.height, shape.width}), at::empty({count}, at::kLong)};
    for (std::int64_t i = 0; i < count; ++i) {
        const std::size_t position = positions[std::size_t(i)];
        const std::span<float> out(batch.images.data_ptr<float>() + i * std::int64_t(shape.pixels()), shape.pixels());
        prepare_image(dataset, position, format, out);
        batch.labels.data_ptr<std::int64_t>()[i] = dataset.label(position);
    }
    return batch;
}

// Moves every image by up to `shift` pixels a way (edges repeat what normalised black is) and mirrors half of them.
at::Tensor augment(const at::Tensor& images, const TrainingSpecification& specification, const Normalization& normalization) {
    at::Tensor result = images.clone();
    const std::int64_t shift = specification.shift;
    const std::int64_t height = images.size(2), width = images.size(3);
    at::Tensor padded = at::zeros({images.size(0), images.size(1), height + 2 * shift, width + 2 * shift});
    for (std::int64_t channel = 0; channel < images.size(1) && !normalization.mean.empty(); ++channel)
        padded.select(1, channel).fill_(-normalization.mean[std::size_t(channel)] / normalization.std[std::size_t(channel)]);
    padded.narrow(2, shift, height).narrow(3, shift, width).copy_(images);
    const at::Tensor offsets = at::randint(0, 2 * shift + 1, {images.size(0), 2}, at::kLong);
    const at::Tensor mirror = at::rand({images.size(0)}) < 0.5;
    for (std::int64_t i = 0; i < images.size(0); ++i) {
        at::Tensor moved =
            padded[i].narrow(1, offsets[i][0].item<std::int64_t>(), height).narrow(2, offsets[i][1].item<std::int64_t>(), width);
        if (specification.mirror && mirror[i].item<bool>()) moved = moved.flip({2});
        result[i].copy_(moved);
    }
    return result;
}

double measure_accuracy(torch::jit::Module& module, const Dataset& dataset, const InputFormat& format, std::stop_token stop) {
    torch::NoGradGuard no_gradients;
    module.eval();
    constexpr std::size_t batch_size = 500;
    std::vector<std::size_t> positions(dataset.size());
    std::iota(positions.begin(), positions.end(), std::size_t(0));
    std::int64_t correct = 0;
    for (std::size_t first = 0; first < positions.size() && !stop.stop_requested(); first += batch_size) {
        const Batch batch =
            prepare_batch(dataset, format, std::span(positions).subspan(first, std::min(batch_size, positions.size() - first)));
        correct += module.forward({batch.images}).toTensor().argmax(1).eq(batch.labels).sum().item<std::int64_t>();
    }
    return dataset.size() == 0 ? 0 : double(correct) / double(dataset.size());
}

void check(const TrainingSpecification& specification, const Dataset& images) {
    if (specification.epochs < 1 || specification.batch < 1)
        throw UsageError("Training needs at least 1 epoch and a batch of at least 1 image.");
    if (!(specification.learning_rate > 0) || !std::isfinite(specification.learning_rate))
        throw UsageError("The learning rate must be a positive number.");
    if (!(specification.momentum >= 0 && specification.momentum < 1) || !(specification.weight_decay >= 0) || specification.shift < 0)
        throw UsageError("Momentum must lie in [0, 1), weight decay and shift must not be negative.");
    if (images.size() < specification.validation_images + std::size_t(specification.batch))
        throw UsageError("There are only " + std::to_string(images.size()) + " training images: too few to hold " +
                         std::to_string(specification.validation_images) + " back for validation; ask for fewer with --validation-images.");
}

// One training run: the parts that every epoch needs.
class Trainer {
public:
    Trainer(const TrainingSpecification& specification, const Dataset& images, const Dataset& test_images,
            const Normalization& normalization)
        : specification_(specification),
          format_{normalization, ImageShape{images.shape().channels, 32, 32}},
          validation_(images.subset(held_back(images))),
          training_(images.subset(select_images(images, {}, specification.seed, held_back(images)))),
          test_(test_images),
          module_(make_architecture(specification.architecture, *format_.shape, int(images.class_names().size()), specification.seed)),
          optimizer_(parameters(), torch::optim::SGDOptions(specification.learning_rate)
                                       .momentum(specification.momentum)
                                       .weight_decay(specification.weight_decay)) {
        steps_an_epoch_ = std::int64_t((training_.size() + std::size_t(specification.batch) - 1) / std::size_t(specification.batch));
        progress_.epochs = specification.epochs;
        progress_.steps = steps_an_epoch_ * specification.epochs;
    }

    TrainingResult run(const std::string& output, const std::function<void(const TrainingProgress&)>& report, std::stop_token stop) {
        TrainingResult result;
        started_ = Clock::now();
        for (int epoch = 1; epoch <= specification_.epochs && !stop.stop_requested(); ++epoch) {
            progress_.epoch = epoch;
            run_epoch(report, stop);
            if (stop.stop_requested()) break;
            progress_.validation_accuracy = measure_accuracy(module_, validation_, format_, stop);
            if (stop.stop_requested()) break;
            report(progress_);
            if (progress_.validation_accuracy <= result.validation_accuracy && result.best_epoch > 0) continue;
            result.best_epoch = epoch;
            result.validation_accuracy = progress_.validation_accuracy;
            best_ = module_.deepcopy();
            save(output, result, -1);
        }
        result.stopped = stop.stop_requested();
        if (result.best_epoch > 0) {
            result.test_accuracy = measure_accuracy(*best_, test_, format_, {});
            save(output, result, result.test_accuracy);
        }
        return result;
    }

private:
    std::vector<std::size_t> held_back(const Dataset& images) const {
        return select_images(images, {.count = specification_.validation_images, .first = false}, specification_.seed);
    }

    std::vector<at::Tensor> parameters() const {
        std::vector<at::Tensor> result;
        for (const at::Tensor& parameter : module_.parameters()) result.push_back(parameter);
        return result;
    }

    void set_learning_rate() {
        const double done = double(progress_.step) / double(progress_.steps);
        const double rate = specification_.learning_rate * std::min(1.0, done / 0.05) * 0.5 * (1 + std::cos(M_PI * done));
        for (auto& group : optimizer_.param_groups()) static_cast<torch::optim::SGDOptions&>(group.options()).lr(rate);
    }

    void run_epoch(const std::function<void(const TrainingProgress&)>& report, std::stop_token stop) {
        module_.train();
        const at::Tensor order = at::randperm(std::int64_t(training_.size()), at::kLong);
        double loss_sum = 0;
        progress_.validation_accuracy = -1;
        for (std::int64_t step = 0; step < steps_an_epoch_ && !stop.stop_requested(); ++step) {
            const std::int64_t first = step * specification_.batch;
            const std::int64_t count = std::min<std::int64_t>(specification_.batch, order.numel() - first);
            std::vector<std::size_t> positions(static_cast<std::size_t>(count));
            for (std::int64_t i = 0; i < count; ++i) positions[std::size_t(i)] = std::size_t(order.data_ptr<std::int64_t>()[first + i]);
            loss_sum += train_on(prepare_batch(training_, format_, positions));
            ++progress_.step;
            progress_.loss = loss_sum / double(step + 1);
            const double elapsed = std::chrono::duration<double>(Clock::now() - started_).count();
            progress_.seconds_left = elapsed / double(progress_.step) * double(progress_.steps - progress_.step);
            report(progress_);
        }
    }

    double train_on(const Batch& batch) {
        set_learning_rate();
        optimizer_.zero_grad();
        const at::Tensor images = augment(batch.images, specification_, format_.normalization);
        at::Tensor loss = torch::nn::functional::cross_entropy(module_.forward({images}).toTensor(), batch.labels);
        loss.backward();
        optimizer_.step();
        return loss.item<double>();
    }

    void save(const std::string& output, const TrainingResult& result, double test_accuracy) {
        ModelMetadata metadata;
        metadata.architecture = specification_.architecture;
        metadata.normalization = format_.normalization;
        metadata.input_shape = format_.shape;
        metadata.class_names = training_.class_names();
        metadata.training = training_.name() + ", " + std::to_string(training_.size()) + " images, best of " +
                            std::to_string(specification_.epochs) + " epochs: " + std::to_string(result.best_epoch);
        metadata.training += ", validation accuracy " + fixed_text(result.validation_accuracy, 4);
        if (test_accuracy >= 0) metadata.training += ", test accuracy " + fixed_text(test_accuracy, 4);
        torch::jit::Module module = best_->deepcopy();
        module.eval();
        save_module(module, metadata, output);
    }

    const TrainingSpecification& specification_;
    InputFormat format_;
    Dataset validation_;
    Dataset training_;
    Dataset test_;
    torch::jit::Module module_;
    std::optional<torch::jit::Module> best_;
    torch::optim::SGD optimizer_;
    TrainingProgress progress_;
    std::int64_t steps_an_epoch_ = 0;
    Clock::time_point started_;
};

}  // namespace

TrainingResult train(const TrainingSpecification& specification, const Dataset& training_images, const Dataset& test_images,
                     const Normalization& normalization, const std::string& output,
                     const std::function<void(const TrainingProgress&)>& progress, std::stop_token stop) {
    check(specification, training_images);
    at::set_num_threads(specification.threads > 0 ? specification.threads : int(std::max(1U, std::thread::hardware_concurrency())));
    torch::jit::setGraphExecutorOptimize(false);  // the optimising executor spends its time specialising a graph that autograd runs anyway
    torch::manual_seed(specification.seed);
    return Trainer(specification, training_images, test_images, normalization).run(output, progress, stop);
}

}  // namespace clipscope
