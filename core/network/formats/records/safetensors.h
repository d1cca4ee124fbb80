// The safetensors format: the header's size in eight bytes, a JSON object that says where each tensor lies, and the tensors' bytes. The
// header is checked whole before any tensor is read. No LibTorch.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "network/formats/records/stored_tensor.h"

namespace clipscope {

struct SafeTensor {
    std::string name;
    ElementType type = ElementType::float32;
    std::vector<std::int64_t> sizes;
    std::uint64_t position = 0;  // in the file
    std::uint64_t bytes = 0;
};

// Whether a file begins as this format does.
bool is_safetensors(std::string_view start);

// In the order of the header. Throws Error with a clause that completes "PATH cannot be read: ..." where the header is too large, is no
// such JSON object, or claims tensors that overlap or that the file does not hold.
std::vector<SafeTensor> read_safetensors_header(std::istream& file);

// The tensor's bytes into `out`, which has its size.
void read_safetensor(std::istream& file, const SafeTensor& tensor, std::span<std::uint8_t> out);

}  // namespace clipscope
