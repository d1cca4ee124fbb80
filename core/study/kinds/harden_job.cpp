#include "study/kinds/harden_job.h"

#include "campaign/harden.h"
#include "campaign/sweep.h"
#include "common/number_text.h"
#include "network/network.h"
#include "study/job_context.h"
#include "study/kinds/job_words.h"
#include "study/kinds/job_work.h"
#include "study/known_protections.h"

namespace clipscope {
namespace {

std::string title_of_hardening(const JobSettings& settings) {
    if (!settings.site.empty()) return "Search for T: " + settings.site;
    return settings.greedy ? "Hardening, greedy" : "Hardening";
}

void check_hardening(const JobSettings& settings, const Network& network) {
    if (!settings.site.empty()) find_site(settings.site, network.sites());
}

void run_hardening(JobContext& context) {
    const JobSettings& settings = context.settings();
    HardenSpecification specification;
    specification.settings = context.tuning_settings();
    specification.search = settings.search;
    specification.place = settings.place;
    specification.greedy = settings.greedy;
    if (!settings.site.empty()) specification.only_site = find_site(settings.site, context.evaluation().network->sites());
    specification.output_path = context.options().output_path;
    run_harden(context.tuning(), specification, context.sink(), context.stop());
}

void add_words_of_hardening(CommandText& command, const JobSettings& settings, const std::string&) {
    const ThresholdSearchSettings usual;
    command.option("--algorithm", to_string(settings.search.algorithm), to_string(usual.algorithm));
    command.option("--n", std::to_string(settings.search.n), std::to_string(usual.n));
    command.option("--m", std::to_string(settings.search.m), std::to_string(usual.m));
    command.option("--delta", number_text(settings.search.delta), number_text(usual.delta));
    command.option("--protection", settings.protection, "clip");
    command.flag("--greedy", settings.greedy);
    add_tuning_images(command, settings);
    add_measurement(command, settings);
}

double passes_of_hardening(const JobSettings& settings, const std::vector<LayerInfo>&, std::size_t sites) {
    return 2 + share_of_tuning * trials_at_threshold(settings) * double(sites) * (2 * settings.search.n + 2);
}

std::string faults_in_hardening(const JobSettings& settings) {
    return settings.site.empty() ? "all sites" : settings.site;
}

std::string what_of_hardening(const JobSettings& settings) {
    return to_string(settings.search.algorithm) + (settings.site.empty() ? "" : ", " + settings.site);
}

std::string why_no_slices_of_hardening(const JobSettings& settings) {
    if (settings.greedy)
        return "A greedy hardening starts each site from those before it and has no slices: run it with mpirun, or not greedily";
    if (!settings.site.empty())
        return "The search of one site goes on from what it found and has no slices: run it with mpirun, or a site a machine";
    return {};
}

KnownProtections protections_of_hardening(const Study& study, const JobRecord& job, const std::vector<SiteInfo>& sites) {
    if (job.state != JobState::done) return {};
    const ThresholdsFile thresholds = thresholds_of(read_tuning(study, job.id));
    return {thresholds.act_max(sites), thresholds.tuned(sites)};
}

// Its form is about all sites.
bool hardening_fits_form(const JobSettings& settings) {
    return settings.site.empty();
}

}  // namespace

constinit const JobDefinition harden_job{.id = "harden",
                                         .results = JobResults::tuning,
                                         .title = title_of_hardening,
                                         .check = check_hardening,
                                         .run = run_hardening,
                                         .add_words = add_words_of_hardening,
                                         .passes = passes_of_hardening,
                                         .tuning_images = TuningImagesFor::itself,
                                         .has_search = true,
                                         .faults_in = faults_in_hardening,
                                         .what = what_of_hardening,
                                         .why_no_slices = why_no_slices_of_hardening,
                                         .protections = protections_of_hardening,
                                         .form = JobForm::method,
                                         .fits_form = hardening_fits_form,
                                         .next_step = NextStep::compare};

}  // namespace clipscope
