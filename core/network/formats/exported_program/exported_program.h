// What torch.export writes as JSON: the signature of a program (which of its inputs are parameters, at which paths), its operations in
// order and what is known of their values. Schema major versions 5 to 8 (PyTorch 2.3 to 2.15). Parsing believes nothing: size, depth and
// number of values are bounded. No LibTorch.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace clipscope {

// No program of a network needs a longer text.
constexpr std::uint64_t max_program_size = std::uint64_t(32) << 20;

enum class ArgumentKind {
    none,
    boolean,  // integer
    integer,
    real,
    text,
    tensor,         // text: its name
    symbol,         // text: the name of a number that is computed
    list,           // items
    scalar_type,    // integer, by torch.export's own numbers
    layout,         // integer, likewise
    memory_format,  // integer, likewise
    device,         // text: "cpu", "cuda"
    unsupported     // text: what it is, "as_custom_obj"
};

struct ExportedArgument {
    ArgumentKind kind = ArgumentKind::none;
    std::int64_t integer = 0;
    double real = 0;
    std::string text;
    std::vector<ExportedArgument> items;  // of a list: no lists themselves but for lists of integers
};

struct NamedArgument {
    std::string name;  // as the operation's schema has it; may be empty
    ExportedArgument value;
};

struct ExportedNode {
    std::string target;  // "torch.ops.aten.conv2d.default", "_operator.mul"
    std::vector<NamedArgument> inputs;
    std::vector<ExportedArgument> outputs;  // tensors, symbols, lists of tensors
    std::string module_path;                // "layer1.0.conv1"; empty where unknown
};

struct ExportedInput {
    enum class Kind { parameter, buffer, constant, images, other };
    Kind kind = Kind::other;
    ExportedArgument value;  // what the operations call it
    std::string path;        // of a parameter, buffer or constant: "layer1.0.conv1.weight"
};

// What is known of a tensor while the program runs.
struct TensorShape {
    std::int64_t scalar_type = 0;  // by torch.export's own numbers; 7: float32
    struct Size {
        std::int64_t number = -1;  // negative where it is an expression
        std::string expression;    // "Symbol('s0', positive=True, integer=True)"
        friend bool operator==(const Size&, const Size&) = default;
    };
    std::vector<Size> sizes;
};

struct ExportedProgram {
    std::vector<ExportedInput> inputs;
    std::vector<ExportedArgument> outputs;  // for the caller; those that change buffers are refused
    std::vector<ExportedNode> nodes;
    std::map<std::string, TensorShape> shapes;  // by the tensors' names

    const ExportedInput& images() const;  // the one input that is no parameter
};

// A tensor of the archive's weights or constants whose bytes lie in a record of their own.
struct ExportedPayload {
    std::string record;  // "weight_0"
    bool is_pickled = false;
    std::int64_t scalar_type = 0;  // by torch.export's own numbers
    std::vector<std::int64_t> sizes;
    std::vector<std::int64_t> strides;
    std::int64_t offset = 0;  // in elements
};

// Both throw Error with a clause that completes "PATH cannot be opened: ..."; `record` is named in it.
ExportedProgram parse_program(const std::string& text, const std::string& record);
std::map<std::string, ExportedPayload> parse_payloads(const std::string& text, const std::string& record);  // by path

// A name from the file, fit for a sentence: its first letters, without what cannot be shown.
std::string shown(std::string_view name);

// "layer1.0.conv1" out of "L__self__,,Net;L__self___layer1,layer1,…;…,layer1.0.conv1,torch.nn.modules.conv.Conv2d".
std::string innermost_module(std::string_view stack);

}  // namespace clipscope
