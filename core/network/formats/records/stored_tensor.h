// Tensors as a pickle of torch.save or torch.jit.save describes them: a record of the archive and how to look at it. Checked against the
// archive before anything is allocated. No LibTorch.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "archives/pickle_tree.h"
#include "archives/zip_archive.h"

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

// Where the content of a storage lies, by its key in the pickle, "0"; null where it is nowhere.
using FindStorage = std::function<const ZipRecord*(const std::string& key)>;

// What a pickle says of a storage before anybody looks for its content.
struct StorageClaim {
    ElementType type = ElementType::float32;
    std::string key;
    std::int64_t elements = 0;
};

// Throws Error with a clause that completes "PATH cannot be read: ..." where the node stands for no storage.
StorageClaim storage_claim(const PickleTree& tree, const PickleNode& node);

// The tensor that a node builds; nothing where it builds something else. Throws Error with a clause that completes "PATH cannot be read:
// ..." where the tensor does not lie within its record.
std::optional<StoredTensor> tensor_at(const PickleTree& tree, const PickleNode& node, const FindStorage& find);

// Checks every tensor and every storage of the pickle, used or not.
void check_tensors(const PickleTree& tree, const FindStorage& find);

// Storages as records of an archive's folder: "data/" or "constants/". The archive must outlive the function.
FindStorage storages_in(const ZipArchive& archive, const std::string& folder);

}  // namespace clipscope
