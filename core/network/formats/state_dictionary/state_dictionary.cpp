#include "network/formats/state_dictionary/state_dictionary.h"

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <string_view>

#include "common/error.h"
#include "common/text_list.h"
#include "network/formats/records/pickle_tree.h"
#include "network/formats/records/stored_tensor.h"

namespace clipscope {

namespace {

// What checkpoints hold beside tensors: sizes, types, places, numbers of NumPy, the options of a command line. None of it is made.
constexpr std::array<std::string_view, 12> inert_globals{"torch.Size",
                                                         "torch.device",
                                                         "torch.float32",
                                                         "torch.float16",
                                                         "torch.bfloat16",
                                                         "torch.int64",
                                                         "numpy.dtype",
                                                         "numpy.core.multiarray.scalar",
                                                         "numpy._core.multiarray.scalar",
                                                         "_codecs.encode",
                                                         "argparse.Namespace",
                                                         "collections.defaultdict"};
constexpr std::array<std::string_view, 9> places{"state_dict", "model_state_dict", "model_state", "model", "net",
                                                 "network",    "weights",          "params",      "module"};
constexpr std::array<std::string_view, 4> prefixes{"module.", "_orig_mod.", "model.", "net."};
constexpr int max_search_depth = 4;

bool is_allowed(const std::string& global) {
    return is_tensor_global(global) || std::find(inert_globals.begin(), inert_globals.end(), global) != inert_globals.end();
}

at::ScalarType scalar_type(ElementType type) {
    switch (type) {
        case ElementType::float32:
            return at::kFloat;
        case ElementType::float64:
            return at::kDouble;
        case ElementType::float16:
            return at::kHalf;
        case ElementType::bfloat16:
            return at::kBFloat16;
        case ElementType::uint8:
            return at::kByte;
        case ElementType::int8:
            return at::kChar;
        case ElementType::int16:
            return at::kShort;
        case ElementType::int32:
            return at::kInt;
        case ElementType::int64:
            return at::kLong;
        case ElementType::boolean:
            break;
    }
    return at::kBool;
}

class StateReader {
public:
    explicit StateReader(const ZipArchive& archive) : archive_(archive), tree_(pickle(archive), is_allowed) {
        check_tensors(tree_, archive, "data/");
    }

    StoredState read(const std::string& key) const {
        std::vector<Place> all;
        std::set<const PickleNode*> seen;
        list(tree_.root(), {}, 0, seen, all);
        const Place chosen = choose(all, key);
        StoredState stored{tensors(chosen.node), chosen.key, {}};
        for (const Place& place : all)
            if (place.key != chosen.key) stored.other_keys.push_back(place.key.empty() ? "the top" : place.key);
        return stored;
    }

private:
    // A state dictionary and the names that lead to it, "checkpoint/model".
    struct Place {
        std::string key;
        const PickleNode* node;
    };

    StateDictionary tensors(const PickleNode* dictionary) const {
        StateDictionary state;
        for (std::size_t i = 0; i + 1 < dictionary->items.size(); i += 2) {
            const PickleNode& name = tree_.at(dictionary->items[i]);
            const auto stored = tensor_at(tree_, tree_.at(dictionary->items[i + 1]), archive_, "data/");
            if (name.kind == PickleKind::text && stored) state.emplace_back(name.text, load(*stored));
        }
        drop_prefix(state);
        return state;
    }

    static std::string pickle(const ZipArchive& archive) {
        const ZipRecord* record = archive.find("data.pkl");
        if (record == nullptr) throw Error("it is a zip archive, but none of torch.save or torch.jit.save");
        if (const ZipRecord* order = archive.find("byteorder"); order != nullptr && archive.read(*order, 16) != "little")
            throw Error("it was saved on a big-endian machine; save it again on another one");
        return archive.read(*record, max_pickle_size);
    }

    bool is_state(const PickleNode& node) const {
        if (node.kind != PickleKind::dictionary) return false;
        for (std::size_t i = 0; i + 1 < node.items.size(); i += 2)
            if (tree_.at(node.items[i]).kind == PickleKind::text && tensor_at(tree_, tree_.at(node.items[i + 1]), archive_, "data/"))
                return true;
        return false;
    }

    // Those at the usual names first, in the order in which they are looked for; then the others, in the file's.
    // A node that several names lead to counts once: a hostile file could make the names many.
    void list(const PickleNode& node, const std::string& key, int depth, std::set<const PickleNode*>& seen, std::vector<Place>& all) const {
        if (node.kind != PickleKind::dictionary || depth > max_search_depth || !seen.insert(&node).second) return;
        if (is_state(node)) all.push_back({key, &node});
        const auto inside = [&](std::string_view name) { return key.empty() ? std::string(name) : key + "/" + std::string(name); };
        for (const std::string_view place : places)
            if (const PickleNode* inner = tree_.find(node, place)) list(*inner, inside(place), depth + 1, seen, all);
        for (std::size_t i = 0; i + 1 < node.items.size(); i += 2) {
            const PickleNode& name = tree_.at(node.items[i]);
            const bool is_usual = std::find(places.begin(), places.end(), name.text) != places.end();
            if (name.kind == PickleKind::text && !is_usual) list(tree_.at(node.items[i + 1]), inside(name.text), depth + 1, seen, all);
        }
    }

    static bool has_usual_name(const Place& place) {
        const std::vector<std::string> names = split_list(place.key, '/');
        return place.key.empty() || std::all_of(names.begin(), names.end(), [](const std::string& name) {
                   return std::find(places.begin(), places.end(), name) != places.end();
               });
    }

    static Place choose(const std::vector<Place>& all, const std::string& key) {
        if (all.empty())
            throw Error("it holds neither a network nor a state dictionary; save one with torch.save(model.state_dict(), ...)");
        std::string names;
        for (const Place& place : all) names += (names.empty() ? "" : ", ") + (place.key.empty() ? "the top" : place.key);
        const auto found = std::find_if(all.begin(), all.end(), [&](const Place& place) {
            return key.empty() ? has_usual_name(place) : place.key == key || place.key.ends_with("/" + key);
        });
        if (found != all.end()) return *found;
        if (!key.empty()) throw Error("it holds no parameters under '" + key + "'; choose one of " + names);
        if (all.size() > 1) throw Error("it holds several sets of parameters; name one of them as the state key: " + names);
        return all.front();
    }

    at::Tensor load(const StoredTensor& stored) const {
        const at::ScalarType type = scalar_type(stored.type);
        at::Tensor storage = at::empty({std::int64_t(stored.record->size / bytes_of(stored.type))}, type);
        archive_.read_into(*stored.record, std::span(static_cast<std::uint8_t*>(storage.data_ptr()), stored.record->size));
        const at::Tensor tensor = storage.as_strided(stored.sizes, stored.strides, stored.offset).contiguous();
        return tensor.is_floating_point() ? tensor.to(at::kFloat) : tensor;
    }

    static void drop_prefix(StateDictionary& state) {
        for (const std::string_view prefix : prefixes) {
            if (!std::all_of(state.begin(), state.end(), [&](const auto& entry) { return entry.first.starts_with(prefix); })) continue;
            for (auto& entry : state) entry.first.erase(0, prefix.size());
        }
    }

    const ZipArchive& archive_;
    PickleTree tree_;
};

}  // namespace

StoredState read_state_dictionary(const ZipArchive& archive, const std::string& key) {
    return StateReader(archive).read(key);
}

}  // namespace clipscope
