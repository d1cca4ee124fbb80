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
    const ClippedForm form = clipped_form(site);
    if (form == ClippedForm::relu) return at::where((values >= 0).logical_and(values <= threshold), values, zero);
    if (form == ClippedForm::leaky_relu) {
        const at::Tensor leaked = values * site.slope;
        return at::where((values >= 0).logical_and(values <= threshold), values,
                         at::where((leaked < 0).logical_and(leaked >= -threshold), leaked, zero));
    }
    const at::Tensor output = site.clips_output ? values : own_output();
    return at::where(output.abs() <= threshold, output, zero);
}

}  // namespace

ClippedForm clipped_form(const FoundSite& site) {
    if (site.clips_output) return ClippedForm::magnitude;
    if (site.info.kind == "relu") return ClippedForm::relu;
    return site.info.kind == "leaky_relu" ? ClippedForm::leaky_relu : ClippedForm::magnitude;
}

at::Tensor clip_activation(const FoundSite& site, const at::Tensor& values, float threshold,
                           const std::function<at::Tensor()>& own_output) {
    if (!values.device().is_cpu()) return clip_by_operators(site, values, threshold, own_output);
    const ClippedForm form = clipped_form(site);
    const at::Tensor input = (form != ClippedForm::magnitude || site.clips_output ? values : own_output()).contiguous();
    at::Tensor output = at::empty_like(input);
    const auto count = std::size_t(input.numel());
    const float* in = input.data_ptr<float>();
    float* out = output.data_ptr<float>();
    if (form == ClippedForm::relu)
        clip_relu(in, out, count, threshold);
    else if (form == ClippedForm::leaky_relu)
        clip_leaky_relu(in, out, count, threshold, site.slope);
    else
        clip_magnitude(in, out, count, threshold);
    return output;
}

Clipping stored_thresholds(const Network& network, const Clipping& clipping) {
    Clipping stored;
    const std::vector<FoundSite>& sites = network.structure().sites;
    for (std::size_t i = 0; i < sites.size(); ++i) {
        const std::optional<float> threshold = clipping.at(i);
        if (threshold && !(*threshold >= 0))
            throw UsageError("The threshold of " + sites[i].info.name + " must be a number that is not negative.");
        if (threshold) check_top_level(sites[i]);
        if (threshold)
            stored = stored.with(i, threshold);
        else if (sites[i].info.threshold && sites[i].is_top_level)
            stored = stored.with(i, sites[i].info.threshold);
    }
    return stored;
}

Slot threshold_slot(const Network& network, std::size_t site) {
    return Slot(network.program().initial_frame().size() + site);
}

void write_thresholds(const Network& network, const Clipping& stored, at::Device device, Frame& frame) {
    frame.resize(std::size_t(threshold_slot(network, network.sites().size())));
    for (std::size_t i = 0; i < network.sites().size(); ++i) {
        const std::optional<float> threshold = stored.at(i);
        frame[std::size_t(threshold_slot(network, i))] =
            threshold ? c10::IValue(at::full({1}, double(*threshold), at::kFloat).to(device)) : c10::IValue();
    }
}

StepOverrides clip_sites(const Network& network, const Clipping& stored, const RunStep& run_own) {
    StepOverrides overrides;
    const FoundStructure& structure = network.structure();
    for (std::size_t i = 0; i < structure.sites.size(); ++i) {
        if (!stored.at(i)) continue;
        const FoundSite& site = structure.sites[i];
        const Step& step = network.program().steps()[site.step];
        overrides[site.step] = [&site, &step, run_own, slot = std::size_t(threshold_slot(network, i))](Frame& frame) {
            const at::Tensor values = frame[std::size_t(site.input_slot)].toTensor();
            const auto own_output = [&] {
                Frame copy = frame;
                run_own(step, copy);
                return copy[std::size_t(site.output_slot)].toTensor();
            };
            frame[std::size_t(site.output_slot)] = clip_activation(site, values, frame[slot].toTensor().item<float>(), own_output);
        };
    }
    return overrides;
}

}  // namespace clipscope
