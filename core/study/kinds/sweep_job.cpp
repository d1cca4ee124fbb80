#include "study/kinds/sweep_job.h"

#include "campaign/sweep.h"
#include "network/network.h"
#include "study/job_context.h"
#include "study/kinds/job_words.h"
#include "study/kinds/job_work.h"

namespace clipscope {
namespace {

std::string title_of_sweep(const JobSettings& settings) {
    return "Sweep: " + settings.site;
}

void check_sweep(const JobSettings& settings, const Network& network) {
    find_site(settings.site, network.sites());
}

void run_sweep_job(JobContext& context) {
    const JobSettings& settings = context.settings();
    SweepSpecification specification;
    specification.settings = context.tuning_settings();
    specification.site = find_site(settings.site, context.evaluation().network->sites());
    specification.grid = ThresholdGrid::parse(settings.grid, settings.grid_in_act_max);
    specification.place = settings.place;
    run_sweep(context.tuning(), specification, context.sink(), context.stop());
}

void add_words_of_sweep(CommandText& command, const JobSettings& settings, const std::string&) {
    command.option("--site", settings.site);
    command.option("--grid", settings.grid);
    command.option("--grid-unit", settings.grid_in_act_max ? "ACT_max" : "T");
    command.option("--protection", settings.protection, "clip");
    add_tuning_images(command, settings);
    add_measurement(command, settings);
}

double passes_of_sweep(const JobSettings& settings, const std::vector<LayerInfo>&, std::size_t) {
    const int thresholds = ThresholdGrid::parse(settings.grid, settings.grid_in_act_max).count;
    return 2 + share_of_tuning * trials_at_threshold(settings) * (thresholds + 1);
}

std::string site_of_sweep(const JobSettings& settings) {
    return settings.site;
}

}  // namespace

constinit const JobDefinition sweep_job{.id = "sweep",
                                        .results = JobResults::tuning,
                                        .title = title_of_sweep,
                                        .check = check_sweep,
                                        .run = run_sweep_job,
                                        .add_words = add_words_of_sweep,
                                        .passes = passes_of_sweep,
                                        .tuning_images = TuningImagesFor::itself,
                                        .has_site_and_grid = true,
                                        .faults_in = site_of_sweep,
                                        .what = site_of_sweep,
                                        .form = JobForm::method};

}  // namespace clipscope
