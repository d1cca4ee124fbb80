#include "archives/pickle_tree.h"

#include <algorithm>

#include "common/error.h"

namespace clipscope {

PickleTree::PickleTree(std::string_view bytes, const std::function<bool(const std::string&)>& is_allowed) {
    std::size_t size = 0;
    *this = PickleTree(bytes, is_allowed, size);
    if (size != bytes.size()) throw Error("one of its pickles is damaged");
}

// Without recursion, which a deep structure could exhaust; a node on the way to itself is a cycle.
void PickleTree::check_depth() const {
    constexpr std::uint16_t unknown = 0, open = 0xFFFF;
    std::vector<std::uint16_t> depths(nodes_.size(), unknown);
    struct Visit {
        PickleId id;
        std::size_t next;
    };
    std::vector<Visit> way{{root_, 0}};
    depths[root_] = open;
    while (!way.empty()) {
        Visit& visit = way.back();
        const PickleNode& node = nodes_[visit.id];
        const std::size_t children = node.items.size() + node.state.size();
        if (visit.next == children) {
            int depth = 1;
            for (const std::vector<PickleId>* part : {&node.items, &node.state})
                for (const PickleId child : *part) depth = std::max(depth, depths[child] + 1);
            depths[visit.id] = static_cast<std::uint16_t>(depth);
            if (depth > max_depth) throw Error("one of its pickles is nested deeper than " + std::to_string(max_depth) + " levels");
            way.pop_back();
            continue;
        }
        const PickleId child = visit.next < node.items.size() ? node.items[visit.next] : node.state[visit.next - node.items.size()];
        ++visit.next;
        if (depths[child] == open) throw Error("one of its pickles holds a value within itself");
        if (depths[child] != unknown) continue;
        if (way.size() >= std::size_t(max_depth))
            throw Error("one of its pickles is nested deeper than " + std::to_string(max_depth) + " levels");
        depths[child] = open;
        way.push_back({child, 0});
    }
}

const PickleNode* PickleTree::find(const PickleNode& dictionary, std::string_view key) const {
    if (dictionary.kind != PickleKind::dictionary) return nullptr;
    for (std::size_t i = 0; i + 1 < dictionary.items.size(); i += 2) {
        const PickleNode& name = nodes_[dictionary.items[i]];
        if (name.kind == PickleKind::text && name.text == key) return &nodes_[dictionary.items[i + 1]];
    }
    return nullptr;
}

}  // namespace clipscope
