#include "study/kinds/compare_job.h"

#include "campaign/compare.h"
#include "campaign/contestants.h"
#include "campaign/thresholds_file.h"
#include "common/text_list.h"
#include "network/network.h"
#include "study/kinds/curve_parts.h"
#include "study/kinds/job_words.h"
#include "study/kinds/job_work.h"
#include "study/known_protections.h"

namespace clipscope {
namespace {

bool is_duel(const JobSettings& settings) {
    return !settings.protections.empty();
}

std::string name_of_comparison(const JobSettings& settings) {
    return is_duel(settings) ? "duel" : "compare";
}

std::string title_of_comparison(const JobSettings& settings) {
    return (is_duel(settings) ? "Duel: " : "Comparison: ") + layers_text(settings.layers);
}

void check_comparison(const JobSettings& settings, const Network& network) {
    check_curves(settings, network);
    if (!is_duel(settings)) return;
    TunedBounds tuned;
    if (!settings.thresholds.empty()) tuned = thresholds_from_json(settings.thresholds, "the job's thresholds").tuned(network.sites());
    check_protections(network, protections_from_list(settings.protections), tuned);
}

void run_comparison(JobContext& context) {
    const JobSettings& settings = context.settings();
    auto specification = context.specification_over_points<CompareSpecification>();
    if (!settings.thresholds.empty()) {
        const std::string& study = context.study().path();
        const Network& network = *context.evaluation().network;
        const ThresholdsFile thresholds = thresholds_from_json(settings.thresholds, study);
        check_thresholds_fit(thresholds, network, study);
        specification.act_max = thresholds.act_max(network.sites());
        specification.tuned = thresholds.tuned(network.sites());
    }
    if (!context.resolved().act_max.empty()) specification.act_max = Clipping{context.resolved().act_max};
    if (is_duel(settings)) specification.protections = protections_from_list(settings.protections);
    if (!complete_comparison(context.tuning(), context.tuning_settings(), specification, context.sink(), context.stop()))
        return context.send_stopped();
    context.set_act_max(specification.act_max->thresholds);
    context.keep_rates(specification);
    run_compare(context.evaluation(), specification, context.sink(), context.stop());
}

void add_words_of_comparison(CommandText& command, const JobSettings& settings, const std::string& thresholds_file) {
    command.option("--layers", settings.layers);
    if (is_duel(settings)) command.option("--protections", settings.protections);
    if (!settings.thresholds.empty()) command.option("--thresholds", thresholds_file);
    add_tuning_images(command, settings);
    add_measurement(command, settings);
}

// Of the paper's three configurations the two that are clipped cost little; so do most of a duel's.
double passes_of_comparison(const JobSettings& settings, const std::vector<LayerInfo>&, std::size_t) {
    const auto contestants = is_duel(settings) ? double(split_list(settings.protections, ',').size()) : 3.0;
    return contestants * (1 + trials_over_rates(settings) / 2);
}

KnownProtections protections_of_comparison(const Study& study, const JobRecord& job, const std::vector<SiteInfo>& sites) {
    KnownProtections known;
    if (!job.settings.thresholds.empty()) known.tuned = thresholds_from_json(job.settings.thresholds, study.path()).tuned(sites);
    const ResolvedSettings resolved = study.resolved(job.id);
    if (!resolved.act_max.empty()) known.act_max = Clipping{resolved.act_max};
    return known;
}

// Its form has no numbers of faults.
bool comparison_fits_form(const JobSettings& settings) {
    return settings.faults.empty();
}

}  // namespace

constinit const JobDefinition compare_job{.id = "compare",
                                          .results = JobResults::curves,
                                          .title = title_of_comparison,
                                          .check = check_comparison,
                                          .run = run_comparison,
                                          .add_words = add_words_of_comparison,
                                          .passes = passes_of_comparison,
                                          .takes_fault_counts = true,
                                          .outputs = OutputScopes::allowed,
                                          .tuning_images = TuningImagesFor::itself,
                                          .compares_protections = true,
                                          .name = name_of_comparison,
                                          .protections = protections_of_comparison,
                                          .form = JobForm::method,
                                          .fits_form = comparison_fits_form,
                                          .next_step = NextStep::save};

}  // namespace clipscope
