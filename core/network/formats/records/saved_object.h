// What torch.save wrote, in either of its formats: a pickle and the storages that it names. Read without running anything. No LibTorch.
//
// The format before PyTorch 1.6 is a row of pickles (a magic number, a version, facts about the machine, the object, the keys of its
// storages) and then, for each key, a number of elements and their bytes.
#pragma once

#include <functional>
#include <iosfwd>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "archives/pickle_tree.h"
#include "archives/zip_archive.h"
#include "network/formats/records/stored_tensor.h"

namespace clipscope {

// Whether a file begins as the old format does.
bool is_old_torch_save(std::string_view start);

// Whether the archive holds a pickle, as torch.save puts it.
bool is_torch_save(const ZipArchive& archive);

class SavedObject {
public:
    using IsAllowed = std::function<bool(const std::string& global)>;

    // What is given must outlive the object. Every function throws Error with a clause that completes "PATH cannot be read: ..." where
    // something is damaged or suspicious, as PickleTree and ZipArchive do.
    SavedObject(const ZipArchive& archive, const IsAllowed& is_allowed);
    SavedObject(std::istream& file, const IsAllowed& is_allowed);  // of the old format
    ~SavedObject();
    SavedObject(SavedObject&&) noexcept;

    const PickleTree& tree() const { return tree_; }
    // The tensor that a node builds, within its storage; nothing where it builds something else.
    std::optional<StoredTensor> tensor_at(const PickleNode& node) const;
    // The whole storage of a tensor into `out`, which has its size.
    void read_storage(const StoredTensor& tensor, std::span<std::uint8_t> out) const;

private:
    struct OldFormat;

    const ZipArchive* archive_ = nullptr;
    std::unique_ptr<OldFormat> old_format_;
    PickleTree tree_;
    FindStorage find_;
};

}  // namespace clipscope
