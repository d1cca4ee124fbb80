// A neural network read from a model file and flattened into a program of operations with named parameters.
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
struct LoadedModule;

// What ClipScope's own .pt files say about themselves, in the extra file "clipscope.json", or what else is known; empty where nothing is.
struct ModelMetadata {
    std::string architecture;  // "lenet5", "alexnet"
    std::optional<Normalization> normalization;
    std::optional<ImageShape> input_shape;
    std::vector<std::string> class_names;
    std::string training;                       // one line for people: data, epochs, test accuracy
    std::string format;                         // of the file that was opened, "ONNX"; a file of its own does not repeat it
    std::string stored_as;                      // "Half" where the file's parameters are not float32, in which everything is computed
    std::string state_key;                      // where in a checkpoint the parameters lay, "state_dict"; empty: at the top
    std::vector<std::string> other_state_keys;  // where there are others, "state_dict_ema"
    std::int64_t fixed_batch = 0;               // images that the file's program takes at once; 0: any number
};

class Network : public std::enable_shared_from_this<Network> {
public:
    // Opens TorchScript, or a state dictionary that belongs to a built-in architecture (`architecture`: which one; empty: found by its
    // shapes). Throws Error (what, where, what to do) where the file is missing, empty, damaged, of another kind, holds what could do harm
    // or cannot be flattened (ArchitectureError where no built-in one fits the parameters); UsageError where `architecture` is unknown or
    // the file is TorchScript, which needs none. Runs no image and no code of the file's. Takes up to a few seconds: never call it on a GUI
    // thread. `state_key`: which of several state dictionaries of a checkpoint; empty: the one under a usual name.
    static std::shared_ptr<const Network> load(const std::string& path, const std::string& architecture = {},
                                               const std::string& state_key = {});

    ~Network();
    Network(const Network&) = delete;
    Network& operator=(const Network&) = delete;

    const std::string& name() const;  // "alexnet_cifar10_scripted": the file's name without ending
    const std::string& path() const;
    const std::string& sha256() const;             // of the file as it was when it was read
    const std::vector<LayerInfo>& layers() const;  // computational layers, in program order
    const std::vector<SiteInfo>& sites() const;    // activation sites, in program order
    // All that faults may hit: the computational layers as above, then batch norms, thresholds of sites, other norms, activations'
    // parameters and all else that is stored.
    const std::vector<LayerInfo>& memory_parts() const;
    std::int64_t parameter_count() const;  // every trainable parameter, shared ones once
    std::int64_t fault_bits() const;       // scope `network`: weights and biases of all layers
    const Coverage& coverage() const;      // what scope `network` reaches of all that is stored
    const ModelMetadata& metadata() const;
    const MemoryModel& memory() const;  // that holds the parameters; float32 and flips of any bit after load()
    // Of a parameter, by its index into Program::tensors().
    const ParameterCodec& codec(std::size_t tensor) const;

    // The same network in another memory: every weight and bias of the computational layers rounded to the format. Batch norms and
    // thresholds stay float32, as mixed-precision networks keep them. Reads the file again, but for the memory it is in already, which
    // gives this very network. Throws Error, also where the file is another one by now, and UsageError where the memory has no bit that may
    // be faulty.
    std::shared_ptr<const Network> stored_in(const MemoryModel& memory) const;

    const Program& program() const;
    const FoundStructure& structure() const;  // where layers and sites stand in the program

private:
    struct Contents;
    static std::unique_ptr<Contents> flatten(LoadedModule loaded, const std::string& path);
    explicit Network(std::unique_ptr<const Contents> contents);

    std::unique_ptr<const Contents> contents_;
};

}  // namespace clipscope
