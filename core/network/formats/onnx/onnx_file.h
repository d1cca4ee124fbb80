// An ONNX file, parsed and judged before anything is made of it. No LibTorch.
//
// Bounded before memory is taken: the file's size, its fields and how deeply they nest, tensors against the bytes that are there. Data
// outside the file is read from its own folder only. What comes out has a graph in which every value is computed before it is used and
// once only, and tensors whose bytes are all there.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <string>
#include <string_view>

#include "network/formats/onnx/onnx_library.h"

namespace clipscope {

// By the first bytes of a file.
bool is_onnx(std::string_view start);

struct OnnxFile {
    onnx::ModelProto model;
    int opset = 0;               // of ONNX's own operators
    bool has_own_rules = false;  // whether the installed libonnx knows this opset, so that its checker has seen the graph
};

constexpr int first_opset = 6;
constexpr int last_opset = 21;
constexpr std::int64_t max_onnx_file_size = (std::int64_t(1) << 31) - 1;  // protobuf's own limit

// `folder`: where tensors that lie outside the file are looked for. Throws Error with a clause that completes "PATH cannot be opened: ...".
OnnxFile read_onnx(std::istream& file, const std::string& folder);

// Bytes of one element; 0 for types that no tensor of a network has (texts, complex numbers).
std::int64_t element_size(int data_type);

}  // namespace clipscope
