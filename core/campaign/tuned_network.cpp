#include "campaign/tuned_network.h"

#include "campaign/contestants.h"
#include "campaign/hardened_export.h"
#include "evaluation/evaluator.h"

namespace clipscope {

std::optional<HardenedFile> write_tuned_network(const JobInputs& tuning, const ThresholdsFile& thresholds, const TuningSettings& settings,
                                                const std::string& path, const EventSink& sink, std::stop_token stop) {
    const std::vector<SiteInfo>& sites = tuning.network->sites();
    const std::string kind = thresholds.kind();
    Contestant protection{.protection = Protection::clip_tuned, .clipping = thresholds.clipping(sites)};
    if (kind != "clip") {
        auto made = make_contestants(tuning, {Protection{kind + "-tuned"}}, {}, thresholds.tuned(sites), settings, sink, stop);
        if (!made) return std::nullopt;
        protection = std::move(made->front());
    }
    const Evaluator evaluator(
        tuning.network, tuning.images, tuning.input,
        {.chunk = settings.chunk, .device = settings.device, .clipping = protection.clipping, .protections = protection.sites});
    if (!protection.sites) return export_hardened(evaluator, protection.clipping, tuning, path, stop);
    return export_protected(evaluator, protection.clipping, *protection.sites, tuning, path, stop);
}

}  // namespace clipscope
