#include "network/formats/state_dictionary/state_dictionary.h"

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <string_view>

#include "archives/pickle_tree.h"
#include "common/error.h"
#include "common/text_list.h"
#include "network/formats/records/loaded_tensor.h"

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
// What profilers and averaging leave beside the parameters.
constexpr std::array<std::string_view, 3> counters{"total_ops", "total_params", "n_averaged"};
constexpr int max_search_depth = 4;

class StateReader {
public:
    explicit StateReader(const SavedObject& object) : object_(object), tree_(object.tree()) {}

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
            const auto stored = object_.tensor_at(tree_.at(dictionary->items[i + 1]));
            if (name.kind == PickleKind::text && stored && !is_no_parameter(name.text))
                state.emplace_back(name.text, load_tensor(object_, *stored));
        }
        drop_wrappings(state);
        return state;
    }

    bool is_state(const PickleNode& node) const {
        if (node.kind != PickleKind::dictionary) return false;
        for (std::size_t i = 0; i + 1 < node.items.size(); i += 2) {
            const PickleNode& name = tree_.at(node.items[i]);
            if (name.kind == PickleKind::text && !is_no_parameter(name.text) && object_.tensor_at(tree_.at(node.items[i + 1]))) return true;
        }
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

    const SavedObject& object_;
    const PickleTree& tree_;
};

}  // namespace

bool is_state_global(const std::string& global) {
    return is_tensor_global(global) || std::find(inert_globals.begin(), inert_globals.end(), global) != inert_globals.end();
}

bool is_no_parameter(const std::string& name) {
    const std::string_view last = std::string_view(name).substr(name.rfind('.') + 1);
    return std::find(counters.begin(), counters.end(), last) != counters.end();
}

void drop_wrappings(StateDictionary& state) {
    std::erase_if(state, [](const auto& entry) { return is_no_parameter(entry.first); });
    if (state.empty()) return;
    const auto wraps_all = [&](std::string_view prefix) {
        return std::all_of(state.begin(), state.end(), [&](const auto& entry) { return entry.first.starts_with(prefix); });
    };
    for (auto prefix = prefixes.begin(); prefix != prefixes.end();) {
        if (!wraps_all(*prefix)) {
            ++prefix;
            continue;
        }
        for (auto& entry : state) entry.first.erase(0, prefix->size());
        prefix = prefixes.begin();
    }
}

StoredState read_state_dictionary(const SavedObject& object, const std::string& key) {
    return StateReader(object).read(key);
}

}  // namespace clipscope
