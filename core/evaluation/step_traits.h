// What the incremental evaluation may assume of each step of a program: which faulty values reach which outputs. Includes LibTorch.
#pragma once

#include <vector>

#include "clipping/clipping.h"
#include "network/network.h"
#include "network/program.h"
#include "protection/activation/site_protections.h"

namespace clipscope {

enum class StepBehaviour {
    opaque,       // needs its inputs whole, changes its outputs wholly
    shape_only,   // reads only its inputs' shapes
    convolution,  // output channel c depends on row c of weight and bias alone (one group)
    linear,       // likewise, on N×features
    channelwise,  // output channel c depends on input channel c alone
    batch_norm,   // likewise, and on element c of its parameters
    add,          // of two values of one shape
    flatten,      // N×C×H×W to N×(C·H·W)
};

struct StepTraits {
    StepBehaviour behaviour = StepBehaviour::opaque;
    bool may_equalise = false;       // activations and pooling: where a fault is often wiped out
    bool output_nan_floods = false;  // an image whose values here are all NaN has only NaN logits
    bool input_nan_floods = false;   // a linear step of which a single NaN in an image's row does the same
    std::vector<Slot> alive_after;   // values of the images that later steps read, this step's included
};

// Decides from the operations' names and constant arguments. An image is said to be flooded only where it is proved: every operation on the
// way to the logits keeps NaN (convolutions and pooling whose every window holds at least one value of the image, linear layers, sums, ...)
// and no clipped or protected site turns it into something else. Sites with a bound for each channel or neuron need their inputs whole.
std::vector<StepTraits> find_step_traits(const Network& network, const Clipping& clipping, const SiteProtections* protections = nullptr);

// Whether each slot depends on the image batch.
std::vector<bool> find_batch_slots(const Program& program);

}  // namespace clipscope
