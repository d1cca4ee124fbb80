#include "protection/activation/protected_file.h"

#include "common/error.h"
#include "network/hardened_file.h"
#include "network/libtorch_internals.h"
#include "network/site_function.h"
#include "protection/activation/activation_functions.h"
#include "protection/activation/bound_tensors.h"

namespace clipscope {
namespace {

// The operations that the function runs, as a graph.
SiteFunction traced(const ProtectedSite& site) {
    const ActivationFunction function = function_of(*find_activation_kind(site.kind));
    const BoundTensors bounds = bound_tensors(site.bounds, at::kCPU);
    // Kinds without bounds look at none.
    const at::Tensor none = at::zeros({});
    const at::Tensor low = bounds.low.defined() ? bounds.low : none;
    const at::Tensor high = bounds.high.defined() ? bounds.high : none;
    const auto run = [&](torch::jit::Stack inputs) -> torch::jit::Stack {
        return {function(inputs[0].toTensor(), inputs[1].toTensor(), inputs[2].toTensor())};
    };
    const at::Tensor output = at::zeros(high.dim() == 0 ? at::IntArrayRef({1}) : high.sizes());
    const auto trace = torch::jit::tracer::trace({output, low, high}, run, [](const torch::autograd::Variable&) { return std::string(); });
    return {trace.first->graph, {low, high}};
}

}  // namespace

void write_protected_file(const Network& network, const Clipping& clipping, const SiteProtections& protections, const std::string& path,
                          const std::optional<ModelMetadata>& metadata) {
    std::map<std::size_t, SiteFunction> functions;
    for (std::size_t site = 0; site < network.sites().size(); ++site)
        if (const ProtectedSite* own = protections.at(site)) functions[site] = traced(*own);
    write_hardened_file(network, clipping.thresholds, path, metadata, functions);
}

}  // namespace clipscope
