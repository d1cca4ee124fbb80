#include "evaluation/evaluator.h"

#include <torch/cuda.h>

#include <atomic>
#include <fstream>
#include <mutex>
#include <set>
#include <unordered_set>

#include "common/error.h"
#include "evaluation/evaluator_state.h"
#include "evaluation/scoring.h"
#include "evaluation/site_clipping.h"
#include "evaluation/worker_threads.h"
#include "network/model_file.h"

namespace clipscope {

namespace {

at::Device choose_device(const std::string& name) {
    if (name == "cpu") return at::kCPU;
    if (name == "auto") return torch::cuda::is_available() ? at::Device(at::kCUDA, 0) : at::Device(at::kCPU);
    try {
        const at::Device device(name);
        if (device.is_cpu()) return device;
        if (device.is_cuda() && torch::cuda::is_available() && std::size_t(std::max<int>(0, device.index())) < torch::cuda::device_count())
            return device;
    } catch (const c10::Error&) {
        throw UsageError("\"" + name + "\" names no device: choose auto, cpu or cuda:0.");
    }
    throw UsageError("There is no device " + name + " here, or this LibTorch cannot use it: choose auto or cpu.");
}

std::size_t free_memory_bytes() {
    std::ifstream meminfo("/proc/meminfo");
    std::string key;
    for (std::size_t kibibytes = 0; meminfo >> key >> kibibytes; meminfo.ignore(64, '\n'))
        if (key == "MemAvailable:") return kibibytes * 1024;
    return std::size_t(4) << 30;
}

Frame frame_on_device(const Program& program, at::Device device) {
    Frame frame = program.initial_frame();
    if (device.is_cpu()) return frame;
    for (c10::IValue& value : frame)
        if (value.isTensor()) value = value.toTensor().to(device);
    return frame;
}

KeptValues values_alive(const Program& program, const Frame& frame, std::size_t step) {
    KeptValues values;
    for (Slot slot : program.alive_at(step)) values.emplace_back(slot, frame[std::size_t(slot)]);
    return values;
}

// Adds the bytes of tensors not counted yet.
std::size_t count_bytes(const KeptValues& values, std::unordered_set<const void*>& counted) {
    std::size_t bytes = 0;
    for (const auto& [slot, value] : values)
        if (value.isTensor() && counted.insert(value.toTensor().storage().data()).second) bytes += value.toTensor().storage().nbytes();
    return bytes;
}

void check_logits(const at::Tensor& logits, const ImageBatch& batch, const Network& network) {
    if (logits.dim() != 2 || logits.size(0) != std::int64_t(batch.labels.size()) || !logits.is_floating_point())
        throw Error("\"" + network.path() + "\" gives no row of logits for each image: export it so that forward returns N×classes numbers.");
    for (std::int32_t label : batch.labels)
        if (label >= logits.size(1))
            throw Error("\"" + network.path() + "\" knows " + std::to_string(logits.size(1)) + " classes, but an image is labelled " +
                        std::to_string(label) + ": choose images of the classes it was trained on.");
}

// Runs the clean network over chunks and keeps what is alive before the wanted steps.
class CleanRun {
public:
    CleanRun(Evaluator::State& state, std::set<std::size_t> steps) : state_(state), steps_(std::move(steps)) {
        state_.clean_predictions.resize(state_.batches->size());
        state_.kept.erase(state_.kept.upper_bound(state_.shared_until), state_.kept.end());
        for (const auto& [step, chunks] : state_.kept) steps_.erase(step);
    }

    // The first chunk says what the kept values cost; the steps that fit into the budget are chosen by it.
    void run_first() {
        std::map<std::size_t, KeptValues> candidates;
        run_chunk(0, steps_, candidates);
        std::unordered_set<const void*> counted;
        const std::size_t chunks = state_.batches->size();
        std::set<std::size_t> chosen;
        // Later steps save more work and, in most networks, hold fewer values.
        for (auto step = candidates.rbegin(); step != candidates.rend(); ++step) {
            auto with_this = counted;
            const std::size_t bytes = count_bytes(step->second, with_this) * chunks;
            if (state_.kept_bytes + bytes > state_.memory_budget) continue;
            state_.kept_bytes += bytes;
            counted = std::move(with_this);
            chosen.insert(step->first);
            state_.kept[step->first].resize(chunks);
            state_.kept[step->first][0] = step->second;
        }
        steps_ = std::move(chosen);
    }

    void run_other(std::size_t chunk) {
        std::map<std::size_t, KeptValues> values;
        run_chunk(chunk, steps_, values);
        for (auto& [step, kept] : values) state_.kept.at(step)[chunk] = std::move(kept);
    }

private:
    void run_chunk(std::size_t chunk, const std::set<std::size_t>& steps, std::map<std::size_t, KeptValues>& values) {
        const torch::NoGradGuard no_gradients;
        const Program& program = state_.network->program();
        const ImageBatch& batch = (*state_.batches)[chunk];
        std::size_t done = state_.start_step(state_.shared_until);
        Frame frame = state_.start_frame(done, chunk);
        for (std::size_t step : steps) {
            program.run(frame, done, step, state_.overrides);
            values[step] = values_alive(program, frame, step);
            done = step;
        }
        program.run(frame, done, program.steps().size(), state_.overrides);
        const at::Tensor logits = program.output(frame).to(at::kCPU, at::kFloat).contiguous();
        check_logits(logits, batch, *state_.network);
        std::vector<std::int32_t>& predictions = state_.clean_predictions[chunk];
        const auto classes = std::size_t(logits.size(1));
        for (std::size_t i = 0; i < batch.labels.size(); ++i)
            predictions.push_back(predicted_class({logits.data_ptr<float>() + i * classes, classes}));
        Outcome outcome;
        score_batch(logits, batch.labels, predictions, outcome);
        const std::lock_guard lock(mutex_);
        state_.classes = classes;
        add(outcome, state_.clean);
    }

    static void add(const Outcome& part, Outcome& sum) {
        sum.images += part.images;
        sum.correct += part.correct;
        sum.correct_argmax += part.correct_argmax;
        sum.top5 += part.top5;
        sum.top5_argmax += part.top5_argmax;
        sum.due += part.due;
        sum.sdc += part.sdc;
    }

    Evaluator::State& state_;
    std::set<std::size_t> steps_;
    std::mutex mutex_;
};

}  // namespace

std::size_t Evaluator::State::start_step(std::size_t step) const {
    const auto after = kept.upper_bound(step);
    return after == kept.begin() ? 0 : std::prev(after)->first;
}

Frame Evaluator::State::start_frame(std::size_t start, std::size_t chunk) const {
    Frame frame = initial_frame;
    if (start == 0)
        frame[std::size_t(network->program().input_slot())] = (*batches)[chunk].images;
    else
        for (const auto& [slot, value] : kept.at(start)[chunk]) frame[std::size_t(slot)] = value;
    return frame;
}

void score_batch(const at::Tensor& logits, const std::vector<std::int32_t>& labels, const std::vector<std::int32_t>& clean_predictions,
                 Outcome& outcome) {
    const at::Tensor values = logits.to(at::kCPU, at::kFloat).contiguous();
    const auto classes = std::size_t(values.size(1));
    for (std::size_t i = 0; i < labels.size(); ++i)
        score_image({values.data_ptr<float>() + i * classes, classes}, labels[i], clean_predictions[i], outcome);
}

Evaluator::Evaluator(std::shared_ptr<const Network> network, const Dataset& images, const InputFormat& input, const EvaluatorOptions& options)
    : state_(std::make_unique<State>()) {
    if (options.chunk < 1) throw UsageError("A chunk needs at least 1 image.");
    if (images.size() == 0) throw Error("There are no images to evaluate: choose a folder or a selection that has some.");
    state_->network = std::move(network);
    state_->device = choose_device(options.device);
    state_->memory_budget = options.memory_bytes ? options.memory_bytes : free_memory_bytes() / 4;
    state_->batches = std::make_shared<std::vector<ImageBatch>>(make_batches(images, input, options.chunk, state_->device));
    state_->clipping = options.clipping;
    state_->overrides = clip_sites(*state_->network, options.clipping);
    state_->initial_frame = frame_on_device(state_->network->program(), state_->device);
}

Evaluator::Evaluator(std::unique_ptr<State> state) : state_(std::move(state)) {}
Evaluator::~Evaluator() = default;

std::unique_ptr<Evaluator> Evaluator::with_threshold(std::size_t site, std::optional<float> threshold) const {
    auto state = std::make_unique<State>(*state_);
    state->clipping = state_->clipping.with(site, threshold);
    state->overrides = clip_sites(*state->network, state->clipping);
    state->shared_until = std::min(state->shared_until ? state->shared_until : state->network->program().steps().size(),
                                   state->network->structure().sites.at(site).step);
    state->clean_predictions.clear();
    return std::unique_ptr<Evaluator>(new Evaluator(std::move(state)));
}

bool Evaluator::prepare(std::span<const std::size_t> first_layers, int threads, std::stop_token stop) {
    std::set<std::size_t> steps;
    for (std::size_t layer : first_layers)
        if (const std::size_t step = state_->network->structure().layers[layer].first_step; step > 0) steps.insert(step);
    state_->clean = {};
    state_->clean_predictions.clear();
    state_->kept_bytes = 0;
    CleanRun clean_run(*state_, std::move(steps));
    try {
        run_on_workers(1, stop, [&](int, const std::stop_token&) { clean_run.run_first(); });
        std::atomic<std::size_t> next{1};
        run_on_workers(threads, stop, [&](int, const std::stop_token& stopped) {
            for (std::size_t chunk = next++; chunk < state_->batches->size() && !stopped.stop_requested(); chunk = next++)
                clean_run.run_other(chunk);
        });
    } catch (const c10::Error& error) {
        const at::Tensor& images = (*state_->batches)[0].images;
        throw Error("The network \"" + state_->network->path() + "\" cannot take images of " + std::to_string(images.size(1)) + "×" +
                    std::to_string(images.size(2)) + "×" + std::to_string(images.size(3)) +
                    " (channels × height × width): choose images that fit it (" + first_line(error.what_without_backtrace()) + ").");
    }
    return !stop.stop_requested();
}

const Outcome& Evaluator::clean() const { return state_->clean; }
std::size_t Evaluator::classes() const { return state_->classes; }
std::size_t Evaluator::kept_bytes() const { return state_->kept_bytes; }
const Network& Evaluator::network() const { return *state_->network; }
std::string Evaluator::device_name() const { return state_->device.is_cpu() ? "CPU" : state_->device.str(); }

}  // namespace clipscope
