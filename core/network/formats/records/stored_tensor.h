// Tensors as a pickle of torch.save or torch.jit.save describes them: a record of the archive and how to look at it. Checked against the
// archive before anything is allocated. No LibTorch.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "network/formats/records/pickle_tree.h"
#include "network/formats/records/zip_archive.h"

namespace clipscope {

enum class ElementType { float32, float64, float16, bfloat16, uint8, int8, int16, int32, int64, boolean };

std::size_t bytes_of(ElementType type);

struct StoredTensor {
    ElementType type = ElementType::float32;
    const ZipRecord* record = nullptr;
    std::int64_t offset = 0;  // of its first element, in elements
    std::vector<std::int64_t> sizes;
    std::vector<std::int64_t> strides;  // in elements

    std::int64_t elements() const;
};

// Names that a pickle of tensors, and of nothing that could run code, may hold.
bool is_tensor_global(const std::string& global);

// The tensor that a node builds; nothing where it builds something else. Throws Error with a clause that completes "PATH cannot be read:
// ..." where the tensor does not lie within its record. `folder` is the one its records are in: "data/" or "constants/".
std::optional<StoredTensor> tensor_at(const PickleTree& tree, const PickleNode& node, const ZipArchive& archive, const std::string& folder);

// Checks every tensor and every storage of the pickle, used or not.
void check_tensors(const PickleTree& tree, const ZipArchive& archive, const std::string& folder);

}  // namespace clipscope
