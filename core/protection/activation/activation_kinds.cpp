#include "protection/activation/activation_kinds.h"

#include <algorithm>

#include "common/error.h"

namespace clipscope {
namespace {

constexpr ActivationKind kinds[] = {
    {.id = "clip", .summary = "kept up to T, 0 beyond (FT-ClipAct); T is ACT_max of a profile", .operations_a_value = 2},
    {.id = "range", .summary = "limited to what the profile saw; NaN is 0 (Ranger)", .bounds = 2, .operations_a_value = 4},
    {.id = "relu6", .summary = "ReLU sites limited to 6", .bounds = 0, .is_for_relu = true, .operations_a_value = 1},
    {.id = "backflip", .summary = "from 2^64 T on 0, from 2 T on 2, limited to T", .operations_a_value = 5},
    {.id = "fitact",
     .summary = "ReLU sites kept up to a bound of each neuron that is trained on the tuning images, 0 beyond (FitAct)",
     .is_trained = true,
     .is_for_relu = true,
     .operations_a_value = 2},
};

}  // namespace

std::span<const ActivationKind> activation_kinds() {
    return kinds;
}

const ActivationKind* find_activation_kind(std::string_view id) {
    const auto found = std::ranges::find(kinds, id, &ActivationKind::id);
    return found == std::end(kinds) ? nullptr : &*found;
}

bool has_searchable_bound(const ActivationKind& kind) {
    return kind.bounds > 0 && !kind.is_trained;
}

const ActivationKind& searchable_kind(const std::string& id) {
    const ActivationKind* kind = find_activation_kind(id);
    if (kind && has_searchable_bound(*kind)) return *kind;
    std::string known;
    for (const ActivationKind& one : kinds)
        if (has_searchable_bound(one)) known += (known.empty() ? "" : ", ") + std::string(one.id);
    throw UsageError("'" + id + "' is no protection of activations whose bound can be searched: choose one of " + known + ".");
}

}  // namespace clipscope
