#include "network/formats/records/saved_object.h"

#include <algorithm>
#include <istream>
#include <unordered_map>
#include <utility>

#include "common/error.h"

namespace clipscope {

namespace {

constexpr std::string_view old_magic("\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19\x2e", 15);
constexpr std::int64_t old_version = 1001;

std::string pickle_of(const ZipArchive& archive) {
    const ZipRecord* record = archive.find("data.pkl");
    if (record == nullptr) throw Error("it is a zip archive, but none of torch.save or torch.jit.save");
    if (const ZipRecord* order = archive.find("byteorder"); order != nullptr && archive.read(*order, 16) != "little")
        throw Error("it was saved on a big-endian machine; save it again on another one");
    return archive.read(*record, max_pickle_size);
}

bool is_plain(const std::string&) {
    return false;
}

}  // namespace

// Where the storages of the old format lie.
struct SavedObject::OldFormat {
    std::istream& file;
    std::uint64_t file_size = 0;
    std::unordered_map<std::string, ZipRecord> storages;

    explicit OldFormat(std::istream& opened) : file(opened) {
        file.clear();
        file.seekg(0, std::ios::end);
        file_size = static_cast<std::uint64_t>(std::max(std::streamoff(0), std::streamoff(file.tellg())));
    }

    void read(std::uint64_t position, std::span<std::uint8_t> out) {
        file.clear();
        file.seekg(static_cast<std::streamoff>(position));
        file.read(reinterpret_cast<char*>(out.data()), static_cast<std::streamsize>(out.size()));
        if (static_cast<std::uint64_t>(file.gcount()) != out.size()) throw Error("it cannot be read to its end, so it is truncated");
    }

    // Returns the object's pickle and finds its storages.
    PickleTree read_pickles(const IsAllowed& is_allowed) {
        // The pickles stand first, so no more than they can have is read.
        std::string bytes(std::min(file_size, max_pickle_size), '\0');
        read(0, std::span(reinterpret_cast<std::uint8_t*>(bytes.data()), bytes.size()));
        std::size_t position = old_magic.size();
        const auto next = [&](const IsAllowed& allowed) {
            std::size_t size = 0;
            PickleTree tree(std::string_view(bytes).substr(std::min(position, bytes.size())), allowed, size);
            position += size;
            return tree;
        };
        if (!bytes.starts_with(old_magic) || next(is_plain).root().integer != old_version)
            throw Error("it begins as torch.save's old format and goes on otherwise, so it is damaged");
        const PickleTree machine = next(is_plain);
        const PickleNode* is_little = machine.find(machine.root(), "little_endian");
        if (is_little == nullptr || is_little->integer == 0)
            throw Error("it was saved on a big-endian machine; save it again on another one");
        PickleTree object = next(is_allowed);
        const PickleTree keys = next(is_plain);
        find_storages(object, keys, position);
        return object;
    }

    void find_storages(const PickleTree& object, const PickleTree& keys, std::uint64_t position) {
        std::unordered_map<std::string, std::size_t> element_sizes;
        for (const PickleNode& node : object.nodes()) {
            if (node.kind != PickleKind::persistent) continue;
            const StorageClaim claim = storage_claim(object, node);
            element_sizes.emplace(claim.key, bytes_of(claim.type));
        }
        if (keys.root().kind != PickleKind::list) throw Error("the list of its storages is damaged");
        for (const PickleId id : keys.root().items) {
            const std::string& key = keys.at(id).text;
            const auto element_size = element_sizes.find(key);
            if (element_size == element_sizes.end())
                throw Error("it lists the storage " + key.substr(0, 100) + ", which nothing in it uses");
            ZipRecord record{.name = key};
            record.content = position + 8;
            const std::uint64_t elements = number_at(position), room = file_size - record.content;
            if (elements > room / element_size->second)
                throw Error("its storage " + key.substr(0, 100) + " claims " + std::to_string(elements) +
                            " elements, which the file does not hold");
            record.size = record.size_in_file = elements * element_size->second;
            position = record.content + record.size;
            if (!storages.emplace(key, record).second)
                throw Error("it lists the storage " + key.substr(0, 100) + " twice, so it is damaged");
        }
    }

    std::uint64_t number_at(std::uint64_t position) {
        if (position > file_size || file_size - position < 8) throw Error("it ends before its last tensor, so it is truncated");
        std::uint8_t bytes[8];
        read(position, bytes);
        std::uint64_t value = 0;
        for (std::size_t i = 8; i-- > 0;) value = value << 8 | bytes[i];
        return value;
    }
};

bool is_old_torch_save(std::string_view start) {
    return start.starts_with(old_magic);
}

bool is_torch_save(const ZipArchive& archive) {
    return archive.find("data.pkl") != nullptr;
}

SavedObject::SavedObject(const ZipArchive& archive, const IsAllowed& is_allowed)
    : archive_(&archive), tree_(pickle_of(archive), is_allowed), find_(storages_in(archive, "data/")) {
    check_tensors(tree_, find_);
}

SavedObject::SavedObject(std::istream& file, const IsAllowed& is_allowed)
    : old_format_(std::make_unique<OldFormat>(file)), tree_(old_format_->read_pickles(is_allowed)) {
    find_ = [old = old_format_.get()](const std::string& key) {
        const auto found = old->storages.find(key);
        return found == old->storages.end() ? nullptr : &found->second;
    };
    check_tensors(tree_, find_);
}

SavedObject::~SavedObject() = default;
SavedObject::SavedObject(SavedObject&&) noexcept = default;

std::optional<StoredTensor> SavedObject::tensor_at(const PickleNode& node) const {
    return clipscope::tensor_at(tree_, node, find_);
}

void SavedObject::read_storage(const StoredTensor& tensor, std::span<std::uint8_t> out) const {
    if (archive_ != nullptr)
        archive_->read_into(*tensor.record, out);
    else
        old_format_->read(tensor.record->content, out);
}

}  // namespace clipscope
