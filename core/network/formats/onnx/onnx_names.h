// Paths of parameters and modules as the author of a network knows them, found in the names that exporters give to tensors and nodes. No
// LibTorch.
#pragma once

#include <optional>
#include <string>

namespace clipscope {

// "layer1.0.conv1" for "/layer1/layer1.0/conv1/Conv", as PyTorch names nodes after the modules that they came from; empty for other names.
std::string module_path_of_node(const std::string& node_name);

// "layer1.0.conv1.weight" for itself, also with the ending that a quantiser added; empty where the name was made up by an exporter
// ("onnx::Conv_193", "193") and says nothing.
std::string parameter_path_of(const std::string& tensor_name);

// Where an ONNX graph holds what a value of LibTorch's graph stands for.
struct OnnxPlace {
    std::string tensor;
    bool is_rectified_input = false;  // not the tensor, but what a quantiser that makes it takes in, once it has cut it off below 0
};
// As the name of that value, by which the importer remembers it, and back; nothing for a value that no tensor of the file is.
std::string value_name_of(const OnnxPlace& place);
std::optional<OnnxPlace> place_of_value(const std::string& value_name);

}  // namespace clipscope
