// An ONNX file: its wire format, messages, tensors and graph, and the checker's rules.
#include <sstream>
#include <string>

#include "common/error.h"
#include "fuzz_target.h"
#include "network/formats/onnx/onnx_file.h"
#include "network/formats/onnx/onnx_names.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace clipscope;
    std::istringstream file(std::string(reinterpret_cast<const char*>(data), size));
    try {
        const OnnxFile read = read_onnx(file, "/nonexistent");
        for (const onnx::NodeProto& node : read.model.graph().node()) module_path_of_node(node.name());
        for (const onnx::TensorProto& tensor : read.model.graph().initializer()) parameter_path_of(tensor.name());
    } catch (const Error&) {
    }
    return 0;
}
