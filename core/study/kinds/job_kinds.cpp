#include "common/error.h"
#include "study/job_settings.h"
#include "study/kinds/bits_job.h"
#include "study/kinds/compare_job.h"
#include "study/kinds/faults_job.h"
#include "study/kinds/harden_job.h"
#include "study/kinds/profile_job.h"
#include "study/kinds/sensitivity_job.h"
#include "study/kinds/sweep_job.h"

namespace clipscope {

std::span<const JobKind> job_kinds() {
    static constexpr JobKind kinds[] = {sensitivity_job, bits_job, compare_job, profile_job, sweep_job, harden_job, faults_job};
    return kinds;
}

constinit const JobKind JobKind::sensitivity = sensitivity_job;
constinit const JobKind JobKind::bits = bits_job;
constinit const JobKind JobKind::compare = compare_job;
constinit const JobKind JobKind::profile = profile_job;
constinit const JobKind JobKind::sweep = sweep_job;
constinit const JobKind JobKind::harden = harden_job;
constinit const JobKind JobKind::faults = faults_job;

const JobDefinition* find_job_kind(std::string_view id) {
    for (const JobKind& kind : job_kinds())
        if (kind->id == id) return &*kind;
    return nullptr;
}

JobKind job_kind_from_string(const std::string& text) {
    if (const JobDefinition* kind = find_job_kind(text)) return *kind;
    std::string known;
    for (std::size_t i = 0; i < job_kinds().size(); ++i)
        known += (i == 0 ? "" : i + 1 < job_kinds().size() ? ", " : " or ") + std::string(job_kinds()[i]->id);
    throw UsageError("'" + text + "' is not a kind of job: choose " + known + ".");
}

std::vector<std::string> missing_parts(const JobDefinition& definition) {
    std::vector<std::string> missing;
    const std::string id(definition.id);
    const auto need = [&](bool is_there, const char* what) {
        if (!is_there) missing.push_back("The kind of job '" + id + "' does not say " + what + ".");
    };
    need(!id.empty(), "its id, by which studies know it");
    need(definition.title, "how it is called in lists (title)");
    need(definition.check, "what is wrong with settings (check)");
    need(definition.run, "what it does (run)");
    need(definition.add_words, "which command repeats it (add_words)");
    need(definition.passes, "how much work it is (passes)");
    need(!definition.measures_curves() || definition.axis != PointAxis::fault_rate || definition.tuning_images != TuningImagesFor::nothing,
         "that automatic rates are found on tuning images (tuning_images)");
    const JobOffer& offer = definition.offer;
    need(offer.about.empty() == offer.example.empty(), "both of its command: what it is about, and an example (offer)");
    need(offer.against.empty() == offer.tip.empty(), "both of its entry in the form: a name and what that is (offer)");
    need(offer.about.empty() || definition.measures_curves(), "how its command shows what are no curves: it needs one of its own");
    need(offer.against.empty() || definition.form == JobForm::sensitivity, "that its entry is in the form of sensitivities (form)");
    need(offer.against.empty() || !definition.takes_fault_counts,
         "how its entry in the form tells numbers of faults from rates: have no entry, or an axis of numbers");
    for (const OwnSetting& own : definition.own_settings) {
        need(!own.name.empty() && !own.label.empty() && !own.help.empty(), "the name, label and help of each setting of its own");
        need(own.check, "what is wrong with a setting of its own (check)");
    }
    return missing;
}

}  // namespace clipscope
