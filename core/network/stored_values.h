// Follows, step by step, what a program computes of stored tensors alone. A weight that is masked, normalised or put together before it is
// used still lies in memory as those tensors, and faults hit them there. Includes LibTorch.
#pragma once

#include <cstddef>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "network/program.h"

namespace clipscope {

// Whether what the step gives depends on its input's shape or type and not on its numbers.
bool reads_shape_alone(const Step& step);

class StoredValues {
public:
    explicit StoredValues(const Program& program);

    // To be called for every step in program order, before the steps of its own blocks.
    void follow(const Step& step);

    // Whether the value depends on the images' pixels; their number and size alone do not count.
    bool is_from_images(Slot slot) const { return from_images_.contains(slot); }

    // The floating-point tensors that the value is made of, and of nothing of the images: indices into Program::tensors(), each once, in
    // the order in which they were read. Empty where there are none.
    const std::vector<std::size_t>& tensors_of(Slot slot) const;

    // Whether the value is its tensor with the two dimensions of a matrix exchanged.
    bool is_turned(Slot slot) const;

    // The elements of a list that the program puts together, otherwise the slot itself.
    std::vector<Slot> elements_of(Slot slot) const;

    // The step that computes the value; null for inputs, stored tensors and constants.
    const Step* maker_of(Slot slot) const;
    // The steps that read it.
    const std::vector<const Step*>& readers_of(Slot slot) const;

private:
    struct Origin {
        std::vector<std::size_t> tensors;
        bool is_turned = false;
    };
    Origin origin_of(const Step& step) const;

    const Program& program_;
    std::unordered_map<Slot, Origin> origins_;
    std::unordered_map<Slot, const Step*> makers_;
    std::unordered_map<Slot, std::vector<const Step*>> readers_;
    std::unordered_set<Slot> from_images_;
};

}  // namespace clipscope
