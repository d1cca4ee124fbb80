#include "protection_option.h"

#include "campaign/profile.h"
#include "campaign/thresholds_file.h"
#include "progress_line.h"
#include "tuning_options.h"

namespace clipscope::cli {

std::optional<Contestant> find_contestant(const Protection& protection, const std::vector<std::string>& thresholds, const JobInputs& tuning,
                                          const WorkOptions& work, const std::stop_token& stop) {
    TuningSettings settings;
    settings.threads = work.threads;
    settings.chunk = work.chunk;
    settings.device = work.device;
    const std::vector<SiteInfo>& sites = tuning.network->sites();
    std::optional<Clipping> act_max;
    TunedBounds tuned;
    if (!thresholds.empty()) {
        const ThresholdsFile file = read_thresholds(thresholds);
        check_thresholds_fit(file, *tuning.network, thresholds.front());
        tuned = file.tuned(sites);
        act_max = file.act_max(sites);
    }
    ProgressLine line;
    const EventSink sink = [&](const Event& event) {
        if (const auto* progress = std::get_if<Progress>(&event))
            line.show(progress->done, progress->total, progress->seconds_left, progress->activity);
    };
    if (!act_max) act_max = measure_act_max_for({&protection, 1}, tuning, settings, sink, stop);
    if (!act_max) return std::nullopt;
    auto made = make_contestants(tuning, {protection}, *act_max, tuned, settings, sink, stop);
    return made ? std::optional(made->front()) : std::nullopt;
}

}  // namespace clipscope::cli
