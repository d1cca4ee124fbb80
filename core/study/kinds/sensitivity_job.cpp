#include "study/kinds/sensitivity_job.h"

#include "study/kinds/curve_parts.h"

namespace clipscope {
namespace {

std::string title_of_sensitivity(const JobSettings& settings) {
    return "Sensitivity: " + layers_text(settings.layers);
}

}  // namespace

constinit const JobDefinition sensitivity_job{.id = "sensitivity",
                                              .results = JobResults::curves,
                                              .title = title_of_sensitivity,
                                              .check = check_curves,
                                              .run = run_over_points,
                                              .add_words = add_words_over_points,
                                              .passes = passes_over_points,
                                              .takes_fault_counts = true,
                                              .outputs = OutputScopes::allowed,
                                              .tuning_images = TuningImagesFor::automatic_rates,
                                              .form = JobForm::sensitivity,
                                              .next_step = NextStep::harden};

}  // namespace clipscope
