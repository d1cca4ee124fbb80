#include "study/kinds/profile_job.h"

#include "campaign/profile.h"
#include "network/network.h"
#include "study/kinds/curve_parts.h"
#include "study/kinds/job_words.h"
#include "study/kinds/job_work.h"

namespace clipscope {
namespace {

std::string title_of_profile(const JobSettings& settings) {
    return settings.layers.empty() ? "Profile" : "Profile: faults in " + layers_text(settings.layers);
}

void check_profile(const JobSettings& settings, const Network& network) {
    if (!settings.layers.empty()) parse_fault_scopes(settings.layers, network.memory_parts());
}

void run_profile_job(JobContext& context) {
    run_profile(context.tuning(), {context.tuning_settings(), context.scopes()}, context.sink(), context.stop());
}

void add_words_of_profile(CommandText& command, const JobSettings& settings, const std::string&) {
    if (!settings.layers.empty()) {
        command.option("--layers", settings.layers);
        command.option("--rates", settings.rates, JobSettings().rates);
        command.option("--trials", std::to_string(settings.trials));
    }
    add_tuning_images(command, settings);
}

double passes_of_profile(const JobSettings& settings, const std::vector<LayerInfo>&, std::size_t) {
    return 1 + (settings.layers.empty() ? 0 : trials_over_rates(settings));
}

std::string faults_in_profile(const JobSettings& settings) {
    return settings.layers.empty() ? "none" : settings.layers;
}

std::string why_no_slices_of_profile(const JobSettings&) {
    return "A profile is one pass over the tuning images and has no slices: run it whole, or with mpirun";
}

}  // namespace

constinit const JobDefinition profile_job{.id = "profile",
                                          .results = JobResults::tuning,
                                          .title = title_of_profile,
                                          .check = check_profile,
                                          .run = run_profile_job,
                                          .add_words = add_words_of_profile,
                                          .passes = passes_of_profile,
                                          .tuning_images = TuningImagesFor::itself,
                                          .faults_are_optional = true,
                                          .faults_in = faults_in_profile,
                                          .why_no_slices = why_no_slices_of_profile,
                                          .form = JobForm::method};

}  // namespace clipscope
