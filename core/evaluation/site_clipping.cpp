#include "evaluation/site_clipping.h"

#include <cmath>

#include "clipping/clipped_relu.h"
#include "common/error.h"
#include "network/program.h"

namespace clipscope {

namespace {

// The same on a GPU, where the one-pass kernels cannot go.
at::Tensor clip_by_operators(const FoundSite& site, const at::Tensor& values, float threshold,
                             const std::function<at::Tensor()>& own_output) {
    const at::Tensor zero = at::zeros({}, values.options());
    if (site.info.kind == "relu") return at::where((values >= 0).logical_and(values <= threshold), values, zero);
    if (site.info.kind == "leaky_relu") {
        const at::Tensor leaked = values * site.slope;
        return at::where((values >= 0).logical_and(values <= threshold), values,
                         at::where((leaked < 0).logical_and(leaked >= -threshold), leaked, zero));
    }
    const at::Tensor output = own_output();
    return at::where(output.abs() <= threshold, output, zero);
}

}  // namespace

at::Tensor clip_activation(const FoundSite& site, const at::Tensor& values, float threshold,
                           const std::function<at::Tensor()>& own_output) {
    if (!values.device().is_cpu()) return clip_by_operators(site, values, threshold, own_output);
    const bool is_relu = site.info.kind == "relu", is_leaky = site.info.kind == "leaky_relu";
    const at::Tensor input = (is_relu || is_leaky ? values : own_output()).contiguous();
    at::Tensor output = at::empty_like(input);
    const auto count = std::size_t(input.numel());
    const float* in = input.data_ptr<float>();
    float* out = output.data_ptr<float>();
    if (is_relu)
        clip_relu(in, out, count, threshold);
    else if (is_leaky)
        clip_leaky_relu(in, out, count, threshold, site.slope);
    else
        clip_magnitude(in, out, count, threshold);
    return output;
}

StepOverrides clip_sites(const Network& network, const Clipping& clipping) {
    StepOverrides overrides;
    const FoundStructure& structure = network.structure();
    for (std::size_t i = 0; i < structure.sites.size(); ++i) {
        const std::optional<float> threshold = clipping.at(i);
        if (!threshold) continue;
        const FoundSite& site = structure.sites[i];
        if (!(*threshold >= 0)) throw UsageError("The threshold of " + site.info.name + " must be a number that is not negative.");
        if (!site.is_top_level)
            throw UsageError(
                site.info.name +
                " lies inside a branch or a loop of the network and cannot be clipped: export the network with torch.jit.trace.");
        const Step& step = network.program().steps()[site.step];
        overrides[site.step] = [&site, &step, threshold = *threshold](Frame& frame) {
            const auto own_output = [&] {
                Frame copy = frame;
                run_step(step, copy);
                return copy[std::size_t(site.output_slot)].toTensor();
            };
            frame[std::size_t(site.output_slot)] =
                clip_activation(site, frame[std::size_t(site.input_slot)].toTensor(), threshold, own_output);
        };
    }
    return overrides;
}

}  // namespace clipscope
