#include "study/kinds/job_work.h"

#include <algorithm>

#include "data/image_selection.h"

namespace clipscope {
namespace {

constexpr double all_images = 10000;

// How many whole trials' worth of images a rate takes until its mean is known well enough, about, as networks like AlexNet do; a pilot
// tells more (clipscope-cli plan).
double passes_of_precision(const JobSettings& settings) {
    if (settings.precision <= 0) return 0;
    const auto images = double(ImageSelection::parse(settings.images).count);
    const double evaluations = 0.7 / (settings.precision * settings.precision) + 30 / settings.precision;
    return evaluations / (images > 0 ? images : all_images);
}

}  // namespace

double trials_over_rates(const JobSettings& settings) {
    constexpr int suggested_rate_count = 7;
    const std::vector<double> rates = all_points(settings, {});
    const auto above_zero = std::ranges::count_if(rates, [](double rate) { return rate > 0; });
    const auto count = has_automatic_rates(settings) ? suggested_rate_count : above_zero;
    return double(count) * (settings.trials + passes_of_precision(settings));
}

// With a precision nearly all trials are at the two rates that count in the area; each runs on few images and costs about as much again
// beside them.
double trials_at_threshold(const JobSettings& settings) {
    if (settings.precision <= 0) return trials_over_rates(settings);
    constexpr double images_a_trial = 100;
    const auto images = double(ImageSelection::parse(settings.tuning_images).count);
    return 3.4 / settings.precision * images_a_trial / (images > 0 ? images : all_images);
}

double passes_a_trial(const JobSettings& settings, const std::vector<LayerInfo>& parts) {
    const auto layers = std::size_t(std::ranges::count(parts, MemoryPart::layer, &LayerInfo::part));
    double passes = 0;
    for (const FaultScope& scope : parse_fault_scopes(settings.layers, parts, settings.kind->outputs)) {
        const std::vector<std::size_t> hit = scope.parts();
        const std::size_t first = hit.empty() ? 0 : hit.front();
        passes += first < layers ? double(layers - first) / double(layers) : 1;  // where a batch norm or a site stands is not known
    }
    return passes;
}

}  // namespace clipscope
