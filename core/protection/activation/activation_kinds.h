// The protections of activations (method.md, "Protections"): functions of what an activation site puts out (activation_functions.h), with
// bounds that a site, a channel or a neuron has. Clipping at one threshold a site runs otherwise (evaluation/site_clipping.h): its
// thresholds are stored words that faults may hit.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace clipscope {

struct ActivationKind {
    std::string_view id;            // "range"
    const char* summary;            // one line for people
    int bounds = 1;                 // numbers that are stored for each site, channel or neuron; 0: none, so it has no granularity either
    bool is_trained = false;        // its bounds, one a neuron, by gradients on the tuning images: it has no other granularity
    bool is_for_relu = false;       // sites of other activations stay as they are
    double operations_a_value = 0;  // elementary ones (compare, choose, larger of two, ...) beside the site's own
};

std::span<const ActivationKind> activation_kinds();

// Null where there is none.
const ActivationKind* find_activation_kind(std::string_view id);

// Whether a search can look for its bound T of a site, the upper one of two. What such a kind makes of a value y with |y| <= T, and of NaN,
// does not depend on T, where the lower bound is not above T.
bool has_searchable_bound(const ActivationKind& kind);
// Throws UsageError that names those there are.
const ActivationKind& searchable_kind(const std::string& id);

}  // namespace clipscope
