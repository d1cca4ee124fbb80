#include "job_estimate.h"

#include <algorithm>
#include <cmath>

#include "campaign/fault_scope.h"
#include "campaign/sweep.h"
#include "common/text_list.h"
#include "data/image_selection.h"
#include "theme/number_text.h"

namespace clipscope {
namespace {

// A single faulty number changes one channel of its layer, and most bits change no answer: of a full pass, about so much.
constexpr double share_of_single_bits = 0.05;
// A trial on the tuning images recomputes only what its faults change and the activations let through.
constexpr double share_of_tuning = 0.1;

// How many whole trials' worth of images a rate takes until its mean is known well enough, about, as networks like AlexNet do; a pilot
// tells more (clipscope-cli plan).
double passes_of_precision(const JobSettings& settings) {
    if (settings.precision <= 0) return 0;
    constexpr double all_images = 10000;
    const auto images = double(ImageSelection::parse(settings.images).count);
    const double evaluations = 0.7 / (settings.precision * settings.precision) + 30 / settings.precision;
    return evaluations / (images > 0 ? images : all_images);
}

double trials_over_rates(const JobSettings& settings) {
    constexpr int suggested_rate_count = 7;
    const std::vector<double> rates = all_points(settings, {});
    const auto above_zero = std::ranges::count_if(rates, [](double rate) { return rate > 0; });
    const auto count = has_automatic_rates(settings) ? suggested_rate_count : above_zero;
    return double(count) * (settings.trials + passes_of_precision(settings));
}

// The same of one threshold. With a precision nearly all trials are at the two rates that count in the area; each runs on few images and
// costs about as much again beside them.
double trials_at_threshold(const JobSettings& settings) {
    if (settings.precision <= 0) return trials_over_rates(settings);
    constexpr double all_images = 10000, images_a_trial = 100;
    const auto images = double(ImageSelection::parse(settings.tuning_images).count);
    return 3.4 / settings.precision * images_a_trial / (images > 0 ? images : all_images);
}

// One trial in each scope.
double passes_a_trial(const JobSettings& settings, const std::vector<LayerInfo>& parts) {
    const auto layers = std::size_t(std::ranges::count(parts, MemoryPart::layer, &LayerInfo::part));
    double passes = 0;
    for (const FaultScope& scope : parse_fault_scopes(settings.layers, parts, output_scopes(settings.kind))) {
        const std::vector<std::size_t> hit = scope.parts();
        const std::size_t first = hit.empty() ? 0 : hit.front();
        passes += first < layers ? double(layers - first) / double(layers) : 1;  // where a batch norm or a site stands is not known
    }
    return passes;
}

}  // namespace

double estimated_passes(const JobSettings& settings, const std::vector<LayerInfo>& parts, std::size_t sites) {
    switch (settings.kind) {
        case JobKind::sensitivity:
            return 1 + trials_over_rates(settings) * passes_a_trial(settings, parts);
        case JobKind::bits:
            return 1 + share_of_single_bits * settings.memory.format.bits() * settings.trials * passes_a_trial(settings, parts);
        case JobKind::profile:
            return 1 + (settings.layers.empty() ? 0 : trials_over_rates(settings));
        case JobKind::sweep:
            return 2 + share_of_tuning * trials_at_threshold(settings) *
                           (ThresholdGrid::parse(settings.grid, settings.grid_in_act_max).count + 1);
        case JobKind::harden:
            return 2 + share_of_tuning * trials_at_threshold(settings) * double(sites) * (2 * settings.search.n + 2);
        case JobKind::faults:
            return 1 + share_of_single_bits * double(settings.list.trials);
        case JobKind::compare:
            break;
    }
    // Of the paper's three configurations the two that are clipped cost little; so do most of a duel's.
    const auto contestants = settings.protections.empty() ? 3.0 : double(split_list(settings.protections, ',').size());
    return contestants * (1 + trials_over_rates(settings) / 2);
}

std::int64_t estimated_images(const JobSettings& settings, std::size_t offered) {
    const std::string& images = is_tuning(settings.kind) ? settings.tuning_images : settings.images;
    const std::size_t wanted = ImageSelection::parse(images).count;
    return std::int64_t(wanted == 0 ? offered : std::min(wanted, offered));
}

QString estimate_text(double seconds) {
    if (seconds < 1) return QStringLiteral("about a second");
    // Nobody wants to read 1:07:23 of a guess.
    const double unit = seconds < 60 ? 1 : seconds < 600 ? 10 : 60;
    return QStringLiteral("about ") + duration_text(std::round(seconds / unit) * unit);
}

}  // namespace clipscope
