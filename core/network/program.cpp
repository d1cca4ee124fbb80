#include "network/program.h"

#include <algorithm>
#include <unordered_set>

#include "common/error.h"
#include "network/output_choice.h"
#include "network/program_builder.h"

namespace clipscope {

namespace {

void run_block(const Block& block, Frame& frame);

void run_branch(const Step& step, Frame& frame) {
    const Block& taken = step.blocks[frame[std::size_t(step.inputs[0])].toBool() ? 0 : 1];
    run_block(taken, frame);
    for (std::size_t i = 0; i < step.outputs.size(); ++i) frame[std::size_t(step.outputs[i])] = frame[std::size_t(taken.outputs[i])];
}

// TorchScript's loop: inputs are the trip count, the first condition and the carried values; the body takes the iteration's number and the
// carried values and gives the next condition and the carried values.
void run_loop(const Step& step, Frame& frame) {
    const Block& body = step.blocks[0];
    const std::int64_t trips = frame[std::size_t(step.inputs[0])].toInt();
    bool go_on = frame[std::size_t(step.inputs[1])].toBool();
    std::vector<c10::IValue> carried;
    for (std::size_t i = 2; i < step.inputs.size(); ++i) carried.push_back(frame[std::size_t(step.inputs[i])]);
    for (std::int64_t trip = 0; trip < trips && go_on; ++trip) {
        frame[std::size_t(body.inputs[0])] = trip;
        for (std::size_t i = 0; i < carried.size(); ++i) frame[std::size_t(body.inputs[i + 1])] = carried[i];
        run_block(body, frame);
        go_on = frame[std::size_t(body.outputs[0])].toBool();
        for (std::size_t i = 0; i < carried.size(); ++i) carried[i] = frame[std::size_t(body.outputs[i + 1])];
    }
    for (std::size_t i = 0; i < step.outputs.size(); ++i) frame[std::size_t(step.outputs[i])] = carried[i];
}

c10::IValue construct_list(const Step& step, const Frame& frame) {
    const c10::TypePtr element = step.output_type->expectRef<c10::ListType>().getElementType();
    c10::impl::GenericList list(element);
    list.reserve(step.inputs.size());
    for (Slot slot : step.inputs) list.push_back(frame[std::size_t(slot)]);
    return list;
}

void unpack_into(const Step& step, const std::vector<c10::IValue>& values, Frame& frame) {
    if (values.size() != step.outputs.size())
        throw Error("The network unpacks " + std::to_string(values.size()) + " values into " + std::to_string(step.outputs.size()) +
                    ": the file is damaged; export the network again.");
    for (std::size_t i = 0; i < values.size(); ++i) frame[std::size_t(step.outputs[i])] = values[i];
}

void run_operation(const Step& step, Frame& frame) {
    torch::jit::Stack stack;
    stack.reserve(step.inputs.size() + 1);
    for (Slot slot : step.inputs) stack.push_back(frame[std::size_t(slot)]);
    if (step.is_vararg) stack.emplace_back(std::int64_t(step.inputs.size()));
    step.operation(stack);
    for (std::size_t i = 0; i < step.outputs.size(); ++i) frame[std::size_t(step.outputs[i])] = std::move(stack[i]);
}

void run_block(const Block& block, Frame& frame) {
    for (const Step& step : block.steps) run_step(step, frame);
}

}  // namespace

void run_step(const Step& step, Frame& frame) {
    switch (step.kind) {
        case StepKind::operation: run_operation(step, frame); break;
        case StepKind::branch: run_branch(step, frame); break;
        case StepKind::loop: run_loop(step, frame); break;
        case StepKind::list_construct: frame[std::size_t(step.outputs[0])] = construct_list(step, frame); break;
        case StepKind::tuple_construct: {
            std::vector<c10::IValue> elements;
            for (Slot slot : step.inputs) elements.push_back(frame[std::size_t(slot)]);
            frame[std::size_t(step.outputs[0])] = c10::ivalue::Tuple::create(std::move(elements));
            break;
        }
        case StepKind::list_unpack: unpack_into(step, frame[std::size_t(step.inputs[0])].toListRef().vec(), frame); break;
        case StepKind::tuple_unpack: unpack_into(step, frame[std::size_t(step.inputs[0])].toTupleRef().elements().vec(), frame); break;
    }
}

std::vector<Slot> slots_read_by(const Step& step) {
    std::vector<Slot> reads = step.inputs;
    for (const Block& block : step.blocks) {
        for (const Step& inner : block.steps) {
            const std::vector<Slot> inside = slots_read_by(inner);
            reads.insert(reads.end(), inside.begin(), inside.end());
        }
        reads.insert(reads.end(), block.outputs.begin(), block.outputs.end());
    }
    return reads;
}

Program::Program(const torch::jit::Module& module) { ProgramBuilder(*this).build(module); }

Program::~Program() = default;

void Program::run(Frame& frame, std::size_t first, std::size_t last, const StepOverrides& overrides) const {
    auto next_override = overrides.lower_bound(first);
    for (std::size_t i = first; i < last; ++i) {
        if (next_override != overrides.end() && next_override->first == i)
            (next_override++)->second(frame);
        else
            run_step(steps_[i], frame);
        for (Slot slot : steps_[i].dead_after) frame[std::size_t(slot)] = c10::IValue();
    }
}

std::vector<Slot> Program::alive_at(std::size_t first) const {
    std::unordered_set<Slot> reads{output_slot_};
    for (std::size_t i = first; i < steps_.size(); ++i)
        for (Slot slot : slots_read_by(steps_[i])) reads.insert(slot);
    std::vector<Slot> alive;
    if (reads.contains(input_slot_)) alive.push_back(input_slot_);
    for (std::size_t i = 0; i < first; ++i)
        for (Slot slot : steps_[i].outputs)
            if (reads.contains(slot)) alive.push_back(slot);
    return alive;
}

at::Tensor Program::forward(const at::Tensor& batch) const {
    Frame frame = initial_;
    frame[std::size_t(input_slot_)] = batch;
    run(frame, 0, steps_.size());
    return output(frame);
}

at::Tensor Program::output(const Frame& frame) const {
    return logits_in(frame[std::size_t(output_slot_)]);
}

}  // namespace clipscope
