// A pickle read without running anything in it: what it would build, as a tree of plain nodes. Only the instructions that pickles of
// numbers, texts, bytes and containers consist of (protocols 2 to 5) are known, names of classes and functions must be on the caller's
// list, and depth and count are bounded. No LibTorch.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace clipscope {

// No pickle of a network, and no other record of its archive but tensors, needs more bytes.
constexpr std::uint64_t max_pickle_size = std::uint64_t(32) << 20;

using PickleId = std::uint32_t;  // index of a node

enum class PickleKind {
    none,
    boolean,
    integer,
    real,
    text,  // or bytes
    list,
    tuple,
    dictionary,  // items: key, value, key, value, ...
    global,      // text: "torch._utils._rebuild_tensor_v2"
    call,        // items: a global and the tuple of its arguments
    instance,    // items: a global, the tuple of its arguments
    persistent   // items: what stands for a storage
};

struct PickleNode {
    PickleKind kind = PickleKind::none;
    std::int64_t integer = 0;  // of a boolean, too
    double real = 0;
    std::string text;
    std::vector<PickleId> items;
    std::vector<PickleId> state;  // what BUILD gave to it, usually nothing or one node
};

class PickleTree {
public:
    // Throws Error with a clause that completes "PATH cannot be read: ..." on an instruction that is unknown, a global that `is_allowed`
    // refuses, a structure nested deeper than max_depth or within itself, or bytes that make no pickle.
    PickleTree(std::string_view bytes, const std::function<bool(const std::string& global)>& is_allowed);
    // The same of a pickle that others follow; `size` becomes its own.
    PickleTree(std::string_view bytes, const std::function<bool(const std::string& global)>& is_allowed, std::size_t& size);

    static constexpr int max_depth = 200;

    const PickleNode& root() const { return nodes_[root_]; }
    const PickleNode& at(PickleId id) const { return nodes_[id]; }
    const std::vector<PickleNode>& nodes() const { return nodes_; }

    // The value of a text key in a dictionary, also one made by OrderedDict(); null where there is none.
    const PickleNode* find(const PickleNode& dictionary, std::string_view key) const;

private:
    friend class PickleReader;
    void check_depth() const;

    std::vector<PickleNode> nodes_;
    PickleId root_ = 0;
};

}  // namespace clipscope
