// Turns a TorchScript module into a Program: inlines every call, makes parameters named inputs, removes in-place operations and branches that
// cannot be taken, and lays the rest out as steps over slots. Includes LibTorch.
#pragma once

#include <map>
#include <string>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "network/program.h"

namespace clipscope {

// Where a tensor lies, its sizes and its strides.
using TensorIdentity = std::tuple<const void*, std::vector<std::int64_t>, std::vector<std::int64_t>>;

class ProgramBuilder {
public:
    explicit ProgramBuilder(Program& program) : program_(program) {}
    void build(const torch::jit::Module& module);

private:
    void name_parameters(const torch::jit::Module& module);
    void visit_attributes(torch::jit::Block* block);
    void replace_attribute(torch::jit::Node* node);
    void optimise();
    // That an input of the graph stands for; null for other values.
    const at::Tensor* parameter_of(const torch::jit::Value* value) const;
    void lay_out();
    Step make_step(torch::jit::Node* node);
    Block make_block(torch::jit::Block* block);
    std::vector<Step> make_steps(torch::jit::Block* block);
    Slot slot_of(const torch::jit::Value* value);
    std::vector<Slot> slots_of(at::ArrayRef<torch::jit::Value*> values);
    void fold_constant_lists();
    void find_dead_slots();

    Program& program_;
    std::unordered_map<const torch::jit::Value*, std::pair<std::string, c10::IValue>> objects_;  // modules reached so far, by path
    std::map<TensorIdentity, torch::jit::Value*> inputs_by_tensor_;
    std::unordered_map<const torch::jit::Value*, Slot> slots_;
    std::vector<torch::jit::Node*> to_erase_;
};

}  // namespace clipscope
