#include "network/stored_values.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace clipscope {

namespace {

// What these give depends on how many and how large their input's values are, not on the values.
constexpr std::array<std::string_view, 16> shape_readers{"aten::size",       "aten::sym_size",   "aten::dim",       "aten::len",
                                                         "aten::numel",      "aten::zeros_like", "aten::ones_like", "aten::full_like",
                                                         "aten::new_ones",   "aten::new_zeros",  "aten::new_full",  "aten::new_empty",
                                                         "aten::empty_like", "prim::dtype",      "prim::device",    "prim::shape"};

// Whether the step exchanges the two dimensions of a matrix of this many dimensions.
bool turns(const Program& program, const Step& step) {
    if (step.name == "aten::t" || step.name == "aten::numpy_T") return true;
    if (step.name == "aten::permute")
        return step.inputs.size() == 2 && program.constant(step.inputs[1]).isIntList() &&
               program.constant(step.inputs[1]).toIntVector() == std::vector<std::int64_t>{1, 0};
    if (step.name != "aten::transpose" || step.inputs.size() != 3) return false;
    const c10::IValue &first = program.constant(step.inputs[1]), &second = program.constant(step.inputs[2]);
    return first.isInt() && second.isInt() && first.toInt() != second.toInt();
}

}  // namespace

bool reads_shape_alone(const Step& step) {
    return std::find(shape_readers.begin(), shape_readers.end(), step.name) != shape_readers.end();
}

StoredValues::StoredValues(const Program& program) : program_(program) {
    from_images_.insert(program.input_slot());
    for (std::size_t i = 0; i < program.tensors().size(); ++i)
        if (program.tensors()[i].tensor.is_floating_point()) origins_[program.tensors()[i].slot].tensors = {i};
    const auto note = [&](auto&& self, const Step& step) -> void {
        for (Slot slot : step.inputs) readers_[slot].push_back(&step);
        for (Slot slot : step.outputs) makers_[slot] = &step;
        for (const Block& block : step.blocks)
            for (const Step& inner : block.steps) self(self, inner);
    };
    for (const Step& step : program.steps()) note(note, step);
}

void StoredValues::follow(const Step& step) {
    if (reads_shape_alone(step)) return;
    const bool depends =
        !step.blocks.empty() || std::any_of(step.inputs.begin(), step.inputs.end(), [&](Slot slot) { return is_from_images(slot); });
    if (depends) {
        from_images_.insert(step.outputs.begin(), step.outputs.end());
        for (const Block& block : step.blocks) from_images_.insert(block.inputs.begin(), block.inputs.end());
        return;
    }
    const Origin origin = origin_of(step);
    if (!origin.tensors.empty())
        for (Slot slot : step.outputs) origins_[slot] = origin;
}

StoredValues::Origin StoredValues::origin_of(const Step& step) const {
    Origin origin;
    for (Slot slot : step.inputs) {
        const auto found = origins_.find(slot);
        if (found == origins_.end()) continue;
        if (origin.tensors.empty()) origin.is_turned = found->second.is_turned;
        for (const std::size_t tensor : found->second.tensors)
            if (std::find(origin.tensors.begin(), origin.tensors.end(), tensor) == origin.tensors.end()) origin.tensors.push_back(tensor);
    }
    if (turns(program_, step)) origin.is_turned = !origin.is_turned;
    return origin;
}

const std::vector<std::size_t>& StoredValues::tensors_of(Slot slot) const {
    static const std::vector<std::size_t> none;
    const auto found = origins_.find(slot);
    return found == origins_.end() ? none : found->second.tensors;
}

bool StoredValues::is_turned(Slot slot) const {
    const auto found = origins_.find(slot);
    return found != origins_.end() && found->second.is_turned;
}

std::vector<Slot> StoredValues::elements_of(Slot slot) const {
    const Step* maker = maker_of(slot);
    return maker && maker->kind == StepKind::list_construct ? maker->inputs : std::vector<Slot>{slot};
}

const Step* StoredValues::maker_of(Slot slot) const {
    const auto maker = makers_.find(slot);
    return maker == makers_.end() ? nullptr : maker->second;
}

const std::vector<const Step*>& StoredValues::readers_of(Slot slot) const {
    static const std::vector<const Step*> none;
    const auto readers = readers_.find(slot);
    return readers == readers_.end() ? none : readers->second;
}

}  // namespace clipscope
