#include "campaign/tuning_result.h"

#include <algorithm>

namespace clipscope {
namespace {

// The last of `values` that `matches`, or nothing.
template <typename Value, typename Matches>
const Value* last_of(const std::vector<Value>& values, Matches matches) {
    const auto found = std::find_if(values.rbegin(), values.rend(), matches);
    return found == values.rend() ? nullptr : &*found;
}

}  // namespace

std::string to_string(TuningJob job) {
    switch (job) {
        case TuningJob::profile:
            return "profile";
        case TuningJob::sweep:
            return "sweep";
        case TuningJob::harden:
            break;
    }
    return "harden";
}

const SiteActivations* TuningResult::clean_activations(int site) const {
    return last_of(activations, [&](const SiteActivations& one) { return one.site == site && one.scope.empty(); });
}

const SiteActivations* TuningResult::faulty_activations(int site) const {
    return last_of(activations, [&](const SiteActivations& one) { return one.site == site && !one.scope.empty(); });
}

const SiteSweep* TuningResult::sweep(int site) const {
    return last_of(sweeps, [&](const SiteSweep& one) { return one.site == site; });
}

const SiteSearch* TuningResult::search(int site) const {
    return last_of(searches, [&](const SiteSearch& one) { return one.site == site; });
}

}  // namespace clipscope
