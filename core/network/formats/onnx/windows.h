// The windows that convolutions and pools slide over their input: strides, dilations and padding of an operator. Includes LibTorch.
#pragma once

#include "network/formats/onnx/onnx_node.h"

namespace clipscope {

struct Windows {
    // Of the operator's attributes. `finds_padding`: by auto_pad, too. Throws Error where they make no sense.
    Windows(OnnxNode& node, const Integers& kernel, bool finds_padding = true);

    bool is_symmetric() const;  // and nowhere negative, as LibTorch's operations take it
    bool has_padding() const;
    Integers padding_backwards() const;  // last dimension first, as LibTorch pads
    // Padding as much as half a window, which LibTorch's pools can do by themselves.
    bool is_within_half(const Integers& kernel) const;

    Integers strides, dilations, begin, end;
};

}  // namespace clipscope
