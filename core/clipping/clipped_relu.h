// The clipped activations of FT-ClipAct (section IV-A) as method.md, "Clipped activation", states them: what lies beyond the threshold
// becomes 0, and so do NaN and the infinities. One pass over memory, as fast as a plain ReLU.
//
// `in` and `out` hold n values; they may be the same memory, but not overlap otherwise. T >= 0 and finite, unless a fault hit it: then the
// formula decides, so that a negative T or a NaN leaves 0 alone and +Inf lets +Inf through. Every result is bitwise the same on every
// processor. 0 means +0; a value that is kept keeps its sign, so ReLU of -0 is -0. Thread-safe.
#pragma once

#include <cstddef>
#include <span>

namespace clipscope {

// x if 0 <= x <= T, else 0.
void clip_relu(const float* in, float* out, std::size_t n, float threshold);

// x if 0 <= x <= T; slope * x if -T <= slope * x < 0; else 0. slope >= 0.
void clip_leaky_relu(const float* in, float* out, std::size_t n, float threshold, float slope);

// y if |y| <= T, else 0: for what any other activation has put out.
void clip_magnitude(const float* in, float* out, std::size_t n, float threshold);

// The same functions compiled for one instruction set; for tests and benchmarks. The functions above use the last one available.
struct ClipKernels {
    const char* instruction_set;
    void (*relu)(const float* in, float* out, std::size_t n, float threshold);
    void (*leaky_relu)(const float* in, float* out, std::size_t n, float threshold, float slope);
    void (*magnitude)(const float* in, float* out, std::size_t n, float threshold);
};

// Those that this processor can run, slowest first.
std::span<const ClipKernels> available_clip_kernels();

}  // namespace clipscope
