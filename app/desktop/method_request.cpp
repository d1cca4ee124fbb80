#include "method_request.h"

#include <algorithm>

#include "campaign/fault_rates.h"
#include "campaign/fault_scope.h"
#include "common/error.h"
#include "memory_request.h"

namespace clipscope {
namespace {

// A trial on the tuning images recomputes only what its faults change and the activations let through: of a full pass, about so much.
constexpr double share_of_a_pass = 0.1;
// As many as are suggested where the form asks for none.
constexpr int suggested_rate_count = 7;

// None for "auto".
std::vector<double> rates_of(const HardenForm& form) {
    return form.rates == QLatin1String("auto") ? std::vector<double>() : parse_rates(form.rates.toStdString());
}

FaultPlace place_of(const HardenForm& form) {
    return form.scope == SearchScope::everywhere ? FaultPlace::everywhere : FaultPlace::feeding;
}

ThresholdGrid grid_of(const HardenForm& form) {
    return ThresholdGrid::parse(form.grid.toStdString(), true);
}

// Throws where the job could not start.
void check(const HardenForm& form, const OpenedModel& model) {
    if (model.sites.empty()) throw UsageError("The network has no activation sites, so there is nothing to clip.");
    if (form.job == MethodJob::profile) profile_specification(form, model);
    if (form.job == MethodJob::sweep) sweep_specification(form, model);
}

}  // namespace

ImageSelection tuning_selection(const HardenForm& form) {
    return ImageSelection::parse(form.tuning_images.toStdString());
}

ImageSelection evaluation_selection(const HardenForm& form) {
    return ImageSelection::parse(form.images.toStdString());
}

TuningSettings tuning_settings(const HardenForm& form) {
    TuningSettings settings;
    settings.rates = rates_of(form);
    settings.trials = form.trials;
    settings.seed = form.seed;
    settings.nonfinite = form.nonfinite;
    settings.auc_axis = form.auc_axis;
    settings.threads = form.threads;
    settings.device = form.device.toStdString();
    return settings;
}

ProfileSpecification profile_specification(const HardenForm& form, const OpenedModel& model) {
    ProfileSpecification specification{tuning_settings(form), {}};
    if (specification.settings.rates.empty()) return specification;
    const SiteInfo& site = model.sites.at(find_site(form.site.toStdString(), model.sites));
    FaultScope scope = faults_for_site(site, model.layers, place_of(form));
    if (scope.layers.empty()) throw UsageError("No layer feeds " + site.name + ": choose faults everywhere, or another site.");
    specification.scopes.push_back(std::move(scope));
    return specification;
}

SweepSpecification sweep_specification(const HardenForm& form, const OpenedModel& model) {
    SweepSpecification specification;
    specification.settings = tuning_settings(form);
    specification.site = find_site(form.site.toStdString(), model.sites);
    specification.grid = grid_of(form);
    specification.place = place_of(form);
    return specification;
}

HardenSpecification harden_specification(const HardenForm& form) {
    HardenSpecification specification;
    specification.settings = tuning_settings(form);
    specification.search.algorithm = form.algorithm;
    specification.search.n = form.n;
    specification.search.m = form.m;
    specification.search.delta = form.delta;
    check_search_settings(specification.search);
    specification.place = place_of(form);
    specification.greedy = form.greedy;
    return specification;
}

CompareSpecification compare_specification(const HardenForm& form, const OpenedModel& model,
                                           const std::optional<ThresholdsFile>& thresholds) {
    CompareSpecification specification;
    if (thresholds) {
        specification.act_max = thresholds->act_max(model.sites);
        specification.tuned = thresholds->tuned(model.sites);
    }
    specification.scopes = parse_fault_scopes("network", model.layers);
    specification.rates = rates_of(form);
    specification.trials = form.trials;
    specification.seed = form.seed;
    specification.nonfinite = form.nonfinite;
    specification.threads = form.threads;
    specification.device = form.device.toStdString();
    return specification;
}

QString method_problem(const HardenForm& form, const std::optional<OpenedModel>& model) {
    try {
        tuning_selection(form);
        memory_model(form);
        rates_of(form);
        if (form.job == MethodJob::compare) evaluation_selection(form);
        if (form.job == MethodJob::harden) harden_specification(form);
        if (form.job == MethodJob::sweep) grid_of(form);
        if (model) check(form, *model);
    } catch (const Error& error) {
        return QString::fromUtf8(error.what());
    }
    return {};
}

double estimated_passes(const HardenForm& form, std::size_t sites) {
    const std::vector<double> rates = rates_of(form);
    const double trials = double(rates.empty() ? suggested_rate_count : rates.size()) * form.trials;
    switch (form.job) {
        case MethodJob::profile:
            return 1 + (rates.empty() ? 0 : trials);
        case MethodJob::sweep:
            return 2 + share_of_a_pass * trials * (grid_of(form).count + 1);
        case MethodJob::harden:
            return 2 + share_of_a_pass * trials * double(sites) * (2 * form.n + 2);
        case MethodJob::compare:
            break;
    }
    return 3 * (1 + trials / 2);
}

QString method_title(const HardenForm& form, const OpenedModel& model) {
    const QString name = QString::fromStdString(model.title);
    switch (form.job) {
        case MethodJob::profile:
            return QObject::tr("Profile of %1: %2 tuning images").arg(name, form.tuning_images);
        case MethodJob::sweep:
            return QObject::tr("Sweep of %1, %2: %3 thresholds, %4 trials, %5 tuning images")
                .arg(name, form.site)
                .arg(grid_of(form).count)
                .arg(form.trials)
                .arg(form.tuning_images);
        case MethodJob::harden:
            return QObject::tr("Hardening of %1: %2 sites, %3 trials, %4 tuning images")
                .arg(name)
                .arg(model.sites.size())
                .arg(form.trials)
                .arg(form.tuning_images);
        case MethodJob::compare:
            break;
    }
    return QObject::tr("Comparison of %1, with and without clipping: %2 trials, %3 images").arg(name).arg(form.trials).arg(form.images);
}

}  // namespace clipscope
