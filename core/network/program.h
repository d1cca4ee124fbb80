// A network as a flat list of steps over numbered slots, run step by step. Includes LibTorch: only core's .cpp files include this.
//
// Slots hold the values of one run (a Frame): the image batch, parameters, constants and what the steps compute. Starting at step k from a
// frame that holds the values alive there gives exactly what a run from the start gives, so clean values can be kept and reused.
// A Program is immutable; any number of threads may run it, each with a frame of its own.
#pragma once

#include <torch/script.h>

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace clipscope {

using Slot = std::int32_t;
using Frame = std::vector<c10::IValue>;

// What a step does, as far as ClipScope treats it in a way of its own.
enum class StepKind { operation, list_construct, tuple_construct, list_unpack, tuple_unpack, branch, loop };

struct Step;

// The body of a branch or a loop.
struct Block {
    std::vector<Slot> inputs;
    std::vector<Step> steps;
    std::vector<Slot> outputs;
};

struct Step {
    StepKind kind = StepKind::operation;
    std::string name;              // "aten::_convolution"
    std::vector<Slot> inputs;
    std::vector<Slot> outputs;
    std::vector<Slot> dead_after;  // temporary slots that no later step reads
    std::function<void(torch::jit::Stack&)> operation;
    bool is_vararg = false;
    c10::TypePtr output_type;      // of list_construct
    std::vector<Block> blocks;     // of branch (then, else) and loop (body)
    std::string module_path;       // of the module whose code this is, empty where unknown
    const torch::jit::Node* node = nullptr;  // of the program's graph
};

// All slots that a step reads, in its branches and loops too (and what these compute inside).
std::vector<Slot> slots_read_by(const Step& step);

// Runs one step on a frame that holds its inputs.
void run_step(const Step& step, Frame& frame);

// Computes a step's outputs in place of its own operation.
using StepOverrides = std::map<std::size_t, std::function<void(Frame& frame)>>;

// A parameter or buffer of the module, by its path.
struct NamedTensor {
    std::string path;  // "features.0.weight"
    Slot slot = 0;
    at::Tensor tensor;
    bool is_trainable = false;
};

class Program {
public:
    // Flattens the module's forward. The module must be in evaluation mode. Throws Error where it takes several inputs or holds what cannot
    // be run step by step.
    explicit Program(const torch::jit::Module& module);
    ~Program();
    Program(const Program&) = delete;
    Program& operator=(const Program&) = delete;

    const std::vector<Step>& steps() const { return steps_; }
    const std::vector<NamedTensor>& tensors() const { return tensors_; }  // those that the program reads
    Slot input_slot() const { return input_slot_; }
    Slot output_slot() const { return output_slot_; }
    const c10::IValue& constant(Slot slot) const { return initial_[std::size_t(slot)]; }  // None for what is no constant

    // What the steps were made from: its inputs are the image batch and the tensors of these paths.
    const torch::jit::Graph& graph() const { return *graph_; }
    std::shared_ptr<torch::jit::Graph> copy_graph() const { return graph_->copy(); }
    const std::vector<std::string>& graph_tensor_paths() const { return graph_tensor_paths_; }

    // A frame with constants and parameters in place and nothing computed.
    const Frame& initial_frame() const { return initial_; }

    // Runs steps [first, last), those in `overrides` by the function there. Values that no later step reads are dropped as the run goes on.
    void run(Frame& frame, std::size_t first, std::size_t last, const StepOverrides& overrides = {}) const;

    // The slots computed before step `first`, the image batch included, that it or a later step reads.
    std::vector<Slot> alive_at(std::size_t first) const;

    // The whole network on a batch N×C×H×W; of several outputs the first tensor.
    at::Tensor forward(const at::Tensor& batch) const;
    // The logits in a frame that ran to the end.
    at::Tensor output(const Frame& frame) const;

private:
    friend class ProgramBuilder;

    std::shared_ptr<torch::jit::Graph> graph_;  // owns what the operations refer to
    std::vector<std::string> graph_tensor_paths_;
    std::vector<Step> steps_;
    std::vector<NamedTensor> tensors_;
    Frame initial_;
    Slot input_slot_ = 0;
    Slot output_slot_ = 0;
};

}  // namespace clipscope
