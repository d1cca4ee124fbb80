#include "evaluation/plain_loop.h"

#include <torch/script.h>

#include <bit>
#include <cstring>
#include <map>
#include <vector>

#include "common/error.h"
#include "evaluation/image_batches.h"
#include "evaluation/scoring.h"
#include "evaluation/site_clipping.h"
#include "network/layer_finder.h"
#include "network/model_file.h"
#include "network/parameter_codec.h"

namespace clipscope {

namespace {

// The tensor at "features.0.weight".
at::Tensor tensor_at(const torch::jit::Module& module, const std::string& path) {
    torch::jit::Module owner = module;
    std::size_t first = 0;
    for (std::size_t dot = path.find('.'); dot != std::string::npos; dot = path.find('.', first)) {
        owner = owner.attr(path.substr(first, dot - first)).toModule();
        first = dot + 1;
    }
    return owner.attr(path.substr(first)).toTensor();
}

// Makes bits of a parameter faulty on its own device for as long as it lives.
class FaultyMemory {
public:
    FaultyMemory(const at::Tensor& parameter, const ParameterCodec& codec, FaultKind kind, const std::vector<MarkedBit>& bits,
                 double rate) {
        std::map<std::int64_t, std::uint32_t> masks;
        const auto word_bits = std::uint64_t(codec.bits());
        for (const MarkedBit& bit : bits)
            if (bit.mark < rate) masks[std::int64_t(bit.position / word_bits)] |= 1U << (bit.position % word_bits);
        if (masks.empty()) return;
        at::Tensor elements = at::empty({std::int64_t(masks.size())}, at::kLong);
        std::int64_t next = 0;
        for (const auto& [element, mask] : masks) elements.data_ptr<std::int64_t>()[next++] = element;
        elements_ = elements.to(parameter.device());
        memory_ = parameter.detach().view(-1).view(at::kInt);
        clean_ = memory_.index_select(0, elements_);
        at::Tensor faulty = clean_.cpu().clone();
        next = 0;
        for (const auto& [element, mask] : masks) {
            auto& value = faulty.data_ptr<std::int32_t>()[next++];
            value = std::bit_cast<std::int32_t>(faulty_value(codec, kind, std::bit_cast<std::uint32_t>(value), mask, std::size_t(element)));
        }
        memory_.index_copy_(0, elements_, faulty.to(parameter.device()));
    }
    ~FaultyMemory() {
        if (memory_.defined()) memory_.index_copy_(0, elements_, clean_);
    }
    FaultyMemory(FaultyMemory&& other) noexcept
        : memory_(std::move(other.memory_)), elements_(std::move(other.elements_)), clean_(std::move(other.clean_)) {}
    FaultyMemory& operator=(FaultyMemory&&) = delete;

private:
    // The float32's bits.
    static std::uint32_t faulty_value(const ParameterCodec& codec, FaultKind kind, std::uint32_t value, std::uint32_t mask,
                                      std::size_t element) {
        const std::uint32_t word = codec.encode(std::bit_cast<float>(value), element);
        const std::uint32_t faulty = kind == FaultKind::flip ? word ^ mask : kind == FaultKind::stuck0 ? word & ~mask : word | mask;
        return std::bit_cast<std::uint32_t>(codec.decode(faulty, element));
    }

    at::Tensor memory_;  // as int32
    at::Tensor elements_;
    at::Tensor clean_;
};

void score_batch(const at::Tensor& logits, const std::vector<std::int32_t>& labels, Outcome& outcome, std::vector<float>* all) {
    const at::Tensor values = logits.to(at::kCPU, at::kFloat).contiguous();
    const auto classes = std::size_t(values.size(1));
    if (all) all->insert(all->end(), values.data_ptr<float>(), values.data_ptr<float>() + labels.size() * classes);
    for (std::size_t i = 0; i < labels.size(); ++i)
        score_image({values.data_ptr<float>() + i * classes, classes}, labels[i], labels[i], outcome);
}

at::Tensor logits_of(const c10::IValue& output, const Network& network) {
    if (output.isTensor()) return output.toTensor();
    if (output.isTuple())
        for (const c10::IValue& element : output.toTupleRef().elements())
            if (element.isTensor()) return element.toTensor();
    throw Error("\"" + network.path() + "\" gives no tensor of logits: export it so that forward returns N×classes numbers.");
}

}  // namespace

struct PlainLoop::State {
    struct Worker {
        torch::jit::Module module;
        std::vector<at::Tensor> parameters;  // by index into Program::tensors(), the module's own memory
        Clipping clipping;
        StepOverrides overrides;  // of `clipping` and the file's own thresholds
        Frame frame;              // constants, parameters, thresholds
    };

    std::shared_ptr<const Network> network;
    std::vector<ImageBatch> batches;
    Frame constants;  // of the program, on the device
    std::vector<Worker> workers;

    Worker load_worker(at::Device device) const {
        Worker worker{load_module_again(*network).module, {}, {}, {}, constants};
        worker.module.eval();
        worker.module.to(device);
        for (const NamedTensor& named : network->program().tensors()) {
            at::Tensor tensor = tensor_at(worker.module, named.path);
            // Faulty bits are counted row-major, so the memory must be.
            if (!tensor.is_contiguous()) tensor.set_data(tensor.contiguous());
            // What the file holds, rounded to the format of the network's memory.
            if (named.tensor.is_floating_point()) tensor.detach().copy_(named.tensor);
            worker.parameters.push_back(tensor);
            worker.frame[std::size_t(named.slot)] = tensor;
        }
        put_on(worker, {});
        // TorchScript watches the first passes and compiles the module from what it saw.
        for (int pass = 0; pass < 3; ++pass) forward(worker, batches.front(), false);
        return worker;
    }

    at::Tensor forward(Worker& worker, const ImageBatch& batch, bool with_thresholds) const {
        if (!with_thresholds) return logits_of(worker.module.forward({batch.images}), *network);
        Frame frame = worker.frame;
        frame[std::size_t(network->program().input_slot())] = batch.images;
        network->program().run(frame, 0, network->program().steps().size(), worker.overrides);
        return network->program().output(frame);
    }

    void put_on(Worker& worker, const Clipping& clipping) const {
        const Clipping stored = stored_thresholds(*network, clipping);
        write_thresholds(*network, stored, batches.front().images.device(), worker.frame);
        worker.overrides = clip_sites(*network, stored, run_step);
        worker.clipping = clipping;
    }

    // Where the worker's program or its module reads them.
    at::Tensor memory_of(const Worker& worker, const FoundPart& part, std::size_t parameter) const {
        return part.site ? worker.frame[std::size_t(threshold_slot(*network, *part.site))].toTensor()
                         : worker.parameters[part.tensors[parameter]];
    }
};

PlainLoop::PlainLoop(std::shared_ptr<const Network> network, const Dataset& images, const InputFormat& input, int chunk,
                     const std::string& device, int workers)
    : state_(std::make_unique<State>()) {
    const torch::NoGradGuard no_gradients;
    const at::Device place(device);
    state_->network = std::move(network);
    state_->batches = make_batches(images, input, chunk, place, state_->network->metadata().fixed_batch);
    state_->constants = state_->network->program().initial_frame();
    for (c10::IValue& value : state_->constants)
        if (value.isTensor()) value = value.toTensor().to(place);
    for (int worker = 0; worker < workers; ++worker) state_->workers.push_back(state_->load_worker(place));
}

PlainLoop::~PlainLoop() = default;

std::optional<Outcome> PlainLoop::run(int worker, const TrialFaults& faults, double rate, const Clipping& clipping, std::stop_token stop,
                                      std::vector<float>* logits) {
    const torch::NoGradGuard no_gradients;
    if (logits) logits->clear();
    State::Worker& own = state_->workers.at(std::size_t(worker));
    if (!(own.clipping == clipping)) state_->put_on(own, clipping);
    bool with_thresholds = clipping != Clipping{};
    const ParameterCodec float32;
    std::vector<FaultyMemory> faulty;
    for (const ParameterFaults& parameter : faults.parameters) {
        const FoundPart& part = state_->network->structure().parts[parameter.layer];
        const Network& network = *state_->network;
        const ParameterCodec& codec = part.site ? float32 : network.codec(part.tensors[parameter.parameter]);
        faulty.emplace_back(state_->memory_of(own, part, parameter.parameter), codec, network.memory().kind, parameter.bits, rate);
        with_thresholds |= part.site.has_value();
    }
    Outcome outcome;
    for (const ImageBatch& batch : state_->batches) {
        if (stop.stop_requested()) return std::nullopt;
        score_batch(state_->forward(own, batch, with_thresholds), batch.labels, outcome, logits);
    }
    outcome.sdc = 0;
    return outcome;
}

bool PlainLoop::parameters_are_clean() const {
    const std::vector<NamedTensor>& originals = state_->network->program().tensors();
    for (const State::Worker& worker : state_->workers)
        for (std::size_t i = 0; i < originals.size(); ++i) {
            const at::Tensor found = worker.parameters[i].detach().to(at::kCPU).contiguous();
            const at::Tensor expected = originals[i].tensor.detach().contiguous();
            if (std::memcmp(found.data_ptr(), expected.data_ptr(), expected.nbytes()) != 0) return false;
        }
    return true;
}

}  // namespace clipscope
