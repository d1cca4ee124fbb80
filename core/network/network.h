// A neural network read from a TorchScript file and flattened into a program of operations with named parameters.
// A Network is immutable once loaded and may be shared by any number of threads; nobody writes its parameters (faults go into copies).
// This header knows no LibTorch; what runs the program includes network/program.h.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "data/normalization.h"
#include "network/layer_info.h"
#include "network/memory_model.h"

namespace clipscope {

class ParameterCodec;
class Program;
struct FoundStructure;

// What ClipScope's own .pt files say about themselves, in the extra file "clipscope.json"; empty for other files.
struct ModelMetadata {
    std::string architecture;  // "lenet5", "alexnet"
    std::optional<Normalization> normalization;
    std::optional<ImageShape> input_shape;
    std::vector<std::string> class_names;
    std::string training;  // one line for people: data, epochs, test accuracy
};

class Network {
public:
    // Throws Error (what, where, what to do) where the file is missing, empty, truncated, not TorchScript or of a kind that cannot be
    // flattened. Runs no image. Takes up to a few seconds: never call it on a GUI thread.
    static std::shared_ptr<const Network> load(const std::string& path);

    ~Network();
    Network(const Network&) = delete;
    Network& operator=(const Network&) = delete;

    const std::string& name() const;  // "alexnet_cifar10_scripted": the file's name without ending
    const std::string& path() const;
    const std::vector<LayerInfo>& layers() const;  // computational layers, in program order
    const std::vector<SiteInfo>& sites() const;    // activation sites, in program order
    std::int64_t parameter_count() const;          // every trainable parameter, shared ones once
    std::int64_t fault_bits() const;               // scope `network`: weights and biases of all layers
    const ModelMetadata& metadata() const;
    const MemoryModel& memory() const;  // that holds the parameters; float32 and flips of any bit after load()
    // Of a parameter, by its index into Program::tensors().
    const ParameterCodec& codec(std::size_t tensor) const;

    // The same network in another memory: every weight and bias rounded to the format. Reads the file again. Throws Error, and UsageError
    // where the memory has no bit that may be faulty.
    std::shared_ptr<const Network> stored_in(const MemoryModel& memory) const;

    const Program& program() const;
    const FoundStructure& structure() const;  // where layers and sites stand in the program

private:
    struct Contents;
    explicit Network(std::unique_ptr<Contents> contents);
    std::unique_ptr<Contents> take_contents();

    std::unique_ptr<Contents> contents_;
};

}  // namespace clipscope
