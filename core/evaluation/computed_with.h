// What the last bits of a result depend on (method.md, "Determinism"), as resolved: the device that "auto" became. Plain values.
#pragma once

#include <string>

namespace clipscope {

struct ComputedWith {
    std::string libtorch;   // built with, "1.13.1"; empty where a result does not say it, as older ones
    std::string device;     // "CPU", "cuda:0, NVIDIA H100 PCIe, TF32 off"
    std::string processor;  // whose vector instructions LibTorch uses: "AVX2"
    int chunk = 0;          // images in a pass

    bool operator==(const ComputedWith&) const = default;

    // "LibTorch 1.13.1, CPU (AVX2), 100 images a pass"
    std::string to_string() const;
};

}  // namespace clipscope
