#include "evaluation/site_protection.h"

#include <utility>

#include "network/program.h"
#include "protection/activation/activation_functions.h"
#include "protection/activation/bound_tensors.h"

namespace clipscope {
void protect_sites(const Network& network, const SiteProtections& protections, at::Device device, const RunStep& run_own,
                   StepOverrides& overrides) {
    const std::vector<FoundSite>& sites = network.structure().sites;
    for (std::size_t i = 0; i < sites.size(); ++i) {
        const ProtectedSite* own = protections.at(i);
        if (!own) continue;
        const FoundSite& site = sites[i];
        check_top_level(site);
        const ActivationFunction protect = function_of(*find_activation_kind(own->kind));
        const BoundTensors bounds = bound_tensors(own->bounds, device);
        const auto earlier = overrides.find(site.step);
        const std::function<void(Frame&)> own_activation =
            earlier != overrides.end() ? earlier->second
                                       : [run_own, &step = network.program().steps()[site.step]](Frame& frame) { run_own(step, frame); };
        overrides[site.step] = [protect, bounds, own_activation, output = std::size_t(site.output_slot)](Frame& frame) {
            own_activation(frame);
            frame[output] = protect(frame[output].toTensor(), bounds.low, bounds.high);
        };
    }
}

}  // namespace clipscope
