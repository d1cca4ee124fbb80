#include "campaign/fault_scope.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <optional>
#include <span>
#include <string_view>

#include "common/error.h"
#include "common/text_list.h"
#include "faults/trial_faults.h"

namespace clipscope {
namespace {

// All parts of a kind.
struct Group {
    MemoryPart part;
    std::string_view name;  // as one scope
    std::string_view each;  // a scope for every part
    std::string_view what;  // in "This network has no ..."
};

constexpr std::array groups{
    Group{MemoryPart::layer, "network", "each", "layer with a weight"},
    Group{MemoryPart::batch_norm, "batch-norm", "each-batch-norm", "batch norm"},
    Group{MemoryPart::threshold, "thresholds", "each-threshold", "activation that can be clipped"},
    Group{MemoryPart::norm, "norm", "each-norm", "layer, group or instance norm with a weight"},
    Group{MemoryPart::activation, "prelu", "each-prelu", "activation with parameters"},
    Group{MemoryPart::other, "other", "each-other", "stored value that belongs to no layer, norm or activation"},
};
constexpr std::string_view everything = "everything";  // all parts of all kinds

std::vector<std::size_t> indices_of(MemoryPart kind, const std::vector<LayerInfo>& parts) {
    std::vector<std::size_t> indices;
    for (std::size_t i = 0; i < parts.size(); ++i)
        if (parts[i].part == kind) indices.push_back(i);
    return indices;
}

// All outputs of a kind.
struct OutputGroup {
    MemoryPart of;
    std::string_view name;
    std::string_view each;
    std::string_view what;
};
constexpr std::array output_groups{
    OutputGroup{MemoryPart::threshold, "activations", "each-activation", "activation outside branches and loops"},
    OutputGroup{MemoryPart::layer, "outputs", "each-output", "layer with a weight"},
};

// "CONV-1, FC-1, each or network; batch-norm, each-batch-norm or BN-1 to BN-19".
std::string known_names(const std::vector<LayerInfo>& parts) {
    std::string names;
    for (const std::size_t layer : indices_of(MemoryPart::layer, parts)) names += parts[layer].name + ", ";
    names += "each or network";
    for (const Group& group : groups) {
        const std::vector<std::size_t> indices = indices_of(group.part, parts);
        if (group.part == MemoryPart::layer || indices.empty()) continue;
        names += "; " + std::string(group.name) + ", " + std::string(group.each) + " or " + parts[indices.front()].name;
        if (indices.size() > 1) names += " to " + parts[indices.back()].name;
    }
    if (indices_of(MemoryPart::layer, parts).size() < parts.size()) names += "; " + std::string(everything);
    return names;
}

// "ACT-1.out, activations or each-activation; CONV-1.out, outputs or each-output".
std::string known_outputs(const std::vector<LayerInfo>& parts) {
    std::string names;
    for (const OutputGroup& group : output_groups) {
        const std::vector<std::size_t> indices = indices_of(group.of, parts);
        if (indices.empty()) continue;
        names += (names.empty() ? "" : "; ") + parts[indices.front()].name + std::string(output_suffix) + ", " + std::string(group.name) +
                 " or " + std::string(group.each);
    }
    return names;
}

// A group, or a single part.
struct Member {
    std::string name;
    std::string path;
    std::vector<std::size_t> parts;
    std::vector<std::size_t> outputs{};
};

template <typename AnyGroup>
const AnyGroup* find_group(std::span<const AnyGroup> groups, std::string_view AnyGroup::*name, const std::string& text) {
    const auto found = std::ranges::find(groups, lower_case(text), name);
    return found == groups.end() ? nullptr : &*found;
}

std::vector<std::size_t> all_outputs(const OutputGroup& group, const std::vector<LayerInfo>& parts) {
    std::vector<std::size_t> indices = indices_of(group.of, parts);
    if (indices.empty()) throw UsageError("This network has no " + std::string(group.what) + ": choose " + known_names(parts) + ".");
    return indices;
}

Member output_of(std::size_t part, const std::vector<LayerInfo>& parts) {
    return {parts[part].name + std::string(output_suffix), parts[part].path, {}, {part}};
}

// "ACT-1.out", "activations", "outputs"; nothing where it is none of them.
std::optional<Member> find_output(const std::string& name, const std::vector<LayerInfo>& parts) {
    if (const OutputGroup* group = find_group(std::span<const OutputGroup>(output_groups), &OutputGroup::name, name))
        return Member{std::string(group->name), {}, {}, all_outputs(*group, parts)};
    const std::string text = lower_case(name);
    if (!text.ends_with(output_suffix)) return std::nullopt;
    for (std::size_t i = 0; i < parts.size(); ++i)
        if ((parts[i].part == MemoryPart::layer || parts[i].part == MemoryPart::threshold) &&
            lower_case(parts[i].name) + std::string(output_suffix) == text)
            return output_of(i, parts);
    return std::nullopt;
}

std::vector<std::size_t> all_of_group(const Group& group, const std::vector<LayerInfo>& parts) {
    std::vector<std::size_t> indices = indices_of(group.part, parts);
    if (indices.empty()) throw UsageError("This network has no " + std::string(group.what) + ": choose " + known_names(parts) + ".");
    return indices;
}

// By the parameter path, which tells letters' case apart. An activation that is a function has the path of the module that calls it, so a
// layer of that path comes first.
std::optional<std::size_t> find_path(const std::string& path, const std::vector<LayerInfo>& parts) {
    std::vector<std::size_t> found;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        if (path.empty() || parts[i].path != path) continue;
        if (found.empty() || parts[i].part == parts[found.front()].part) found.push_back(i);
    }
    if (found.empty()) return std::nullopt;
    if (found.size() == 1) return found.front();
    std::string names;
    for (const std::size_t part : found) names += (names.empty() ? "" : ", ") + parts[part].name;
    throw UsageError("'" + path + "' is the path of several parts of this network: choose one of " + names + ".");
}

// The parts in "FC-1-CONV-2"; empty where it is no such list.
std::vector<std::size_t> listed_parts(std::string_view list, const std::vector<LayerInfo>& parts) {
    std::vector<std::size_t> found;
    while (!list.empty()) {
        const auto is_first = [&](const LayerInfo& part) {
            const std::size_t length = part.name.size();
            return lower_case(list.substr(0, length)) == lower_case(part.name) && (list.size() == length || list[length] == '-');
        };
        const auto part = std::ranges::find_if(parts, is_first);
        if (part == parts.end()) return {};
        found.push_back(std::size_t(part - parts.begin()));
        list.remove_prefix(std::min(list.size(), part->name.size() + 1));
    }
    return found;
}

Member find_member(const std::string& name, const std::vector<LayerInfo>& parts);

// "network-FC-1-CONV-2": a group without some of its parts, named in their order; nothing where it is none.
std::optional<Member> find_remainder(const std::string& name, const std::vector<LayerInfo>& parts) {
    for (const std::string_view group : {groups[0].name, groups[1].name, groups[3].name, everything}) {
        if (!lower_case(name).starts_with(std::string(group) + "-")) continue;
        std::vector<std::size_t> without = listed_parts(std::string_view(name).substr(group.size() + 1), parts);
        if (without.empty()) continue;
        Member rest = find_member(std::string(group), parts);
        std::ranges::sort(without);
        for (const std::size_t part : without) {
            if (std::erase(rest.parts, part) == 0)
                throw UsageError("'" + name + "' leaves out " + parts[part].name + ", which is not in " + std::string(group) +
                                 " or is named twice: name other layers.");
            rest.name += "-" + parts[part].name;
        }
        if (rest.parts.empty()) throw UsageError("'" + name + "' leaves nothing: name fewer layers.");
        return rest;
    }
    return std::nullopt;
}

Member find_member(const std::string& name, const std::vector<LayerInfo>& parts) {
    const bool is_path = std::ranges::any_of(parts, [&](const LayerInfo& part) { return part.path == name; });
    for (const Group& group : groups) {
        if (lower_case(name) != group.name) continue;
        if (is_path && indices_of(group.part, parts).empty()) break;  // a module may be called "norm"
        return {std::string(group.name), {}, all_of_group(group, parts)};
    }
    if (lower_case(name) == everything) {
        Member all{std::string(everything), {}, std::vector<std::size_t>(parts.size())};
        std::iota(all.parts.begin(), all.parts.end(), std::size_t(0));
        return all;
    }
    const auto found = std::ranges::find_if(parts, [&](const LayerInfo& part) { return lower_case(part.name) == lower_case(name); });
    if (found != parts.end()) return {found->name, found->path, {std::size_t(found - parts.begin())}};
    if (const auto at_path = find_path(name, parts)) return {parts[*at_path].name, parts[*at_path].path, {*at_path}};
    if (const auto remainder = find_remainder(name, parts)) return *remainder;
    if (const auto output = find_output(name, parts)) return *output;
    if (lower_case(name).ends_with(output_suffix))
        throw UsageError("This network has no computed values '" + name + "': choose " + known_outputs(parts) + ".");
    if (name.empty()) throw UsageError("A layer's name is missing: choose " + known_names(parts) + ".");
    throw UsageError("This network has no layer '" + name + "': choose " + known_names(parts) + ".");
}

FaultScope joined(std::vector<Member> members, const std::string& text) {
    std::ranges::stable_sort(members, [](const Member& a, const Member& b) {
        const auto key = [](const Member& member) {
            return member.parts.empty() ? std::pair(true, member.outputs.front()) : std::pair(false, member.parts.front());
        };
        return key(a) < key(b);
    });
    FaultScope scope;
    for (const Member& member : members) {
        const char* joint = scope.name.empty() ? "" : "+";
        scope.name += joint + member.name;
        if (!member.path.empty()) scope.path += (scope.path.empty() ? "" : "+") + member.path;
        scope.layers.insert(scope.layers.end(), member.parts.begin(), member.parts.end());
        scope.outputs.insert(scope.outputs.end(), member.outputs.begin(), member.outputs.end());
    }
    std::ranges::sort(scope.layers);
    std::ranges::sort(scope.outputs);
    if (std::ranges::adjacent_find(scope.layers) != scope.layers.end() || std::ranges::adjacent_find(scope.outputs) != scope.outputs.end())
        throw UsageError("'" + text + "' joins a group with a part of it: put a comma instead of the plus.");
    return scope;
}

FaultScope joint_scope(const std::string& text, const std::vector<LayerInfo>& parts) {
    std::vector<Member> members;
    for (const std::string& name : split_list(text, '+')) {
        if (find_group(std::span<const Group>(groups), &Group::each, name) ||
            find_group(std::span<const OutputGroup>(output_groups), &OutputGroup::each, name))
            throw UsageError("'" + text + "' joins '" + name + "' with a plus, but it stands for several curves: put a comma instead.");
        Member member = find_member(name, parts);
        if (std::ranges::none_of(members, [&](const Member& other) { return other.name == member.name; })) members.push_back(member);
    }
    return joined(std::move(members), text);
}

void append_once(FaultScope scope, std::vector<FaultScope>& scopes) {
    const bool known = std::ranges::any_of(scopes, [&](const FaultScope& other) { return other.name == scope.name; });
    if (!known) scopes.push_back(std::move(scope));
}

}  // namespace

FaultScope scope_of_parts(const std::vector<std::string>& names, const std::vector<LayerInfo>& parts) {
    std::vector<Member> members;
    for (const std::string& name : names) {
        const auto found = std::ranges::find(parts, name, &LayerInfo::name);
        if (found == parts.end()) throw UsageError("This network has no layer '" + name + "': choose " + known_names(parts) + ".");
        members.push_back({found->name, found->path, {std::size_t(found - parts.begin())}});
    }
    return joined(std::move(members), {});
}

bool is_scope_group(const std::string& name) {
    return name == everything || find_group(std::span<const Group>(groups), &Group::name, name) ||
           find_group(std::span<const OutputGroup>(output_groups), &OutputGroup::name, name);
}

bool has_computed_values(const std::string& scopes) {
    for (const std::string& scope : split_list(scopes, ','))
        for (const std::string& name : split_list(scope, '+'))
            if (lower_case(name).ends_with(output_suffix) ||
                find_group(std::span<const OutputGroup>(output_groups), &OutputGroup::name, name) ||
                find_group(std::span<const OutputGroup>(output_groups), &OutputGroup::each, name))
                return true;
    return false;
}

std::vector<std::size_t> FaultScope::parts() const {
    std::vector<std::size_t> all(layers);
    all.insert(all.end(), outputs.begin(), outputs.end());
    std::ranges::sort(all);
    all.erase(std::ranges::unique(all).begin(), all.end());
    return all;
}

std::vector<FaultScope> parse_fault_scopes(const std::string& text, const std::vector<LayerInfo>& parts, OutputScopes outputs) {
    std::vector<FaultScope> scopes;
    for (const std::string& item : split_list(text, ',')) {
        if (const Group* each = find_group(std::span<const Group>(groups), &Group::each, item)) {
            for (const std::size_t part : all_of_group(*each, parts)) append_once({parts[part].name, parts[part].path, {part}}, scopes);
        } else if (const OutputGroup* each_output = find_group(std::span<const OutputGroup>(output_groups), &OutputGroup::each, item)) {
            for (const std::size_t part : all_outputs(*each_output, parts)) append_once(joined({output_of(part, parts)}, item), scopes);
        } else {
            append_once(joint_scope(item, parts), scopes);
        }
    }
    const auto with_output = std::ranges::find_if(scopes, [](const FaultScope& scope) { return !scope.outputs.empty(); });
    if (outputs == OutputScopes::refused && with_output != scopes.end())
        throw UsageError(
            "Faults in computed values (" + with_output->name +
            ") can be measured by a sensitivity, a comparison or a list of faults: choose stored values here, as in CONV-1 or network.");
    return scopes;
}

std::int64_t fault_bits(const std::vector<std::size_t>& scope, const std::vector<LayerInfo>& parts) {
    std::int64_t bits = 0;
    for (const auto& [part, parameter] : parameters_in(parts, scope)) bits += count_fault_places(parts[part].parameters[parameter]);
    return bits;
}

void check_stored_scopes(const std::vector<FaultScope>& scopes, const std::string& what) {
    for (const FaultScope& scope : scopes)
        if (!scope.outputs.empty())
            throw UsageError(what + " can be asked for faults in stored values alone, not in " + scope.name +
                             ": give a number of trials instead.");
}

void check_thresholds_stored(const std::vector<FaultScope>& scopes, const std::vector<LayerInfo>& parts) {
    for (const FaultScope& scope : scopes) {
        const auto thresholds = [&](bool is_stored) {
            return std::ranges::count_if(scope.layers, [&](std::size_t index) {
                return parts[index].part == MemoryPart::threshold && parts[index].is_stored == is_stored;
            });
        };
        if (!scope.name.starts_with(everything) && thresholds(true) == 0 && thresholds(false) > 0)
            throw UsageError("This network stores no threshold, so no fault can hit " + scope.name +
                             ": open a hardened network, or compare protections.");
    }
}

}  // namespace clipscope
