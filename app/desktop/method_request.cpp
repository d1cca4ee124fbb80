#include "method_request.h"

#include <algorithm>

#include "campaign/fault_rates.h"
#include "campaign/fault_scope.h"
#include "campaign/sweep.h"
#include "common/error.h"
#include "common/number_text.h"
#include "memory_request.h"

namespace clipscope {
namespace {

// None for "auto".
std::vector<double> rates_of(const HardenForm& form) {
    return form.rates == QLatin1String("auto") ? std::vector<double>() : parse_rates(core_list(form.rates));
}

FaultPlace place_of(const HardenForm& form) {
    return form.scope == SearchScope::everywhere ? FaultPlace::everywhere : FaultPlace::feeding;
}

ThresholdGrid grid_of(const HardenForm& form) {
    return ThresholdGrid::parse(core_list(form.grid), true);
}

// As the command line takes them. Throws UsageError.
std::string protections_of(const HardenForm& form) {
    std::string text;
    for (const Protection& protection : protections_from_list(form.protections.toStdString()))
        text += (text.empty() ? "" : ",") + to_string(protection);
    return text;
}

// Where a profile's faults are; empty: there are none.
std::string profile_layers(const HardenForm& form, const OpenedModel& model) {
    if (rates_of(form).empty()) return {};
    const SiteInfo& site = model.sites.at(find_site(form.site.toStdString(), model.sites));
    const FaultScope scope = faults_for_site(site, model.layers, place_of(form));
    if (scope.layers.empty()) throw UsageError("No layer feeds " + site.name + ": choose faults everywhere, or another site.");
    return scope.name;
}

// The other way round; `otherwise` where no site has just these.
QString fed_site(const JobSettings& settings, const OpenedModel& model, const QString& otherwise) {
    for (const SiteInfo& site : model.sites) {
        const FaultScope scope = faults_for_site(site, model.layers, settings.place);
        if (!scope.layers.empty() && scope.name == settings.layers) return QString::fromStdString(site.name);
    }
    return otherwise;
}

ThresholdSearchSettings search_of(const HardenForm& form) {
    ThresholdSearchSettings search;
    search.algorithm = form.algorithm;
    search.n = form.n;
    search.m = form.m;
    search.delta = form.delta;
    check_search_settings(search);
    return search;
}

// Of the text, which must be one curve's. Throws UsageError.
FaultScope only_scope_of(const QString& layers, const OpenedModel& model) {
    std::vector<FaultScope> scopes = parse_fault_scopes(layers.toStdString(), model.memory_parts);
    if (scopes.size() != 1) throw UsageError("The worst bits are looked for in one scope: network, a layer, or several joined by a plus.");
    check_thresholds_stored(scopes, model.memory_parts);
    return scopes.front();
}

// One number, with a point or a comma.
double number_of(const QString& typed, const char* advice) {
    const auto number = parse_number(core_list(typed));
    if (!number) throw UsageError(advice);
    return *number;
}

}  // namespace

JobKind kind_of(MethodJob job) {
    switch (job) {
        case MethodJob::profile:
            return JobKind::profile;
        case MethodJob::sweep:
            return JobKind::sweep;
        case MethodJob::harden:
            return JobKind::harden;
        case MethodJob::compare:
        case MethodJob::duel:
        case MethodJob::protect_first:  // no jobs of a study
        case MethodJob::worst_bits:
            break;
    }
    return JobKind::compare;
}

ThresholdsFile with_latest(const std::optional<ThresholdsFile>& before, const ThresholdsFile& latest) {
    ThresholdsFile all = latest;
    for (const SiteThreshold& site : before.value_or(ThresholdsFile{}).sites)
        if (std::ranges::find(latest.sites, site.protection, &SiteThreshold::protection) == latest.sites.end()) all.sites.push_back(site);
    return all;
}

ImageSelection tuning_selection(const HardenForm& form) {
    return ImageSelection::parse(form.tuning_images.toStdString());
}

ImageSelection evaluation_selection(const HardenForm& form) {
    return ImageSelection::parse(form.images.toStdString());
}

JobSettings method_settings(const HardenForm& form, const std::optional<OpenedModel>& model,
                            const std::optional<ThresholdsFile>& thresholds) {
    JobSettings settings;
    settings.kind = kind_of(form.job);
    settings.images = form.images.toStdString();
    settings.tuning_images = form.tuning_images.toStdString();
    settings.rates = core_list(form.rates);
    // Only a comparison has box plots, which need whole trials beside a precision.
    const bool is_precise = form.job != MethodJob::profile && form.until != Until::trials;
    const bool compares = settings.kind->compares_protections;
    settings.trials = is_precise && (form.until == Until::precision || !compares) ? 0 : form.trials;
    settings.precision = is_precise ? form.half_width / 100 : 0;
    settings.seed = form.seed;
    settings.nonfinite = form.nonfinite;
    settings.auc_axis = form.auc_axis;
    settings.memory = memory_model(form);
    settings.device = form.device.toStdString();
    settings.layers = compares ? "network" : "";
    if (!compares) settings.place = place_of(form);
    if (form.job == MethodJob::duel) settings.protections = protections_of(form);
    if (form.job == MethodJob::profile && model) settings.layers = profile_layers(form, *model);
    if (form.job == MethodJob::sweep || form.job == MethodJob::harden) settings.protection = form.bound_kind.toStdString();
    if (form.job == MethodJob::sweep) {
        settings.site = form.site.toStdString();
        settings.grid = core_list(form.grid);
        grid_of(form);
        if (model) find_site(settings.site, model->sites);
    }
    if (form.job == MethodJob::harden) {
        settings.search = search_of(form);
        settings.greedy = form.greedy;
    }
    if (compares && thresholds) settings.thresholds = thresholds_to_json(*thresholds);
    return settings;
}

ProtectFirstSettings protect_first_settings(const HardenForm& form) {
    ProtectFirstSettings settings;
    settings.protection = form.first.by_bits ? std::string() : form.first.protection.toStdString();
    if (!form.first.by_bits && settings.protection.empty()) throw UsageError("Choose what to protect layers with, such as sec-ded-39-32.");
    settings.rate = number_of(form.first.rate, "The fault rate must be one number, such as 1e-6.");
    settings.trials = form.first.trials;
    settings.seed = form.seed;
    settings.nonfinite = form.nonfinite;
    settings.threads = form.threads;
    settings.device = form.device.toStdString();
    if (!form.first.budget.isEmpty() && form.first.budget != QLatin1String("any")) {
        settings.budget_percent = number_of(form.first.budget, "The budget must be a number of percent, such as 10, or: any.");
        if (!(settings.budget_percent >= 0)) throw UsageError("The budget of storage cannot be below 0 %.");
    }
    check_protect_first(settings);
    return settings;
}

MemoryModel protect_first_memory(const HardenForm& form) {
    return memory_model(form);
}

WorstBitsSettings worst_bits_settings(const HardenForm& form) {
    WorstBitsSettings settings;
    settings.count = form.worst.count;
    settings.together = form.worst.together;
    settings.candidates = form.worst.candidates;
    if (form.worst.layers.isEmpty()) throw UsageError("Say in which layers to look: network, or some such as CONV-1+FC-2.");
    if (form.worst.layers.contains(QLatin1Char(',')))
        throw UsageError("The worst bits are looked for in one scope: join layers by a plus.");
    if (settings.candidates < settings.count) throw UsageError("As many candidates as bits to find must be tried, or more.");
    settings.nonfinite = form.nonfinite;
    settings.threads = form.threads;
    settings.device = form.device.toStdString();
    return settings;
}

MemoryModel worst_bits_memory(const HardenForm& form) {
    HardenForm single = form;
    single.pattern = QStringLiteral("bit");
    return memory_model(single);
}

HardenForm method_form(const JobSettings& settings, const HardenForm& form, const std::optional<OpenedModel>& model) {
    HardenForm filled = form;
    for (const MethodJob job : {MethodJob::profile, MethodJob::sweep, MethodJob::harden, MethodJob::compare})
        if (kind_of(job) == settings.kind) filled.job = job;
    if (!settings.protections.empty()) {
        filled.job = MethodJob::duel;
        filled.protections = QString::fromStdString(settings.protections).replace(QLatin1Char(','), QStringLiteral(", "));
    }
    filled.images = QString::fromStdString(settings.images);
    filled.tuning_images = QString::fromStdString(settings.tuning_images);
    filled.rates = readable_list(QString::fromStdString(settings.rates));
    filled.until = settings.precision == 0 ? Until::trials : settings.trials > 0 ? Until::both : Until::precision;
    if (settings.trials > 0) filled.trials = settings.trials;
    if (settings.precision > 0) filled.half_width = settings.precision * 100;
    filled.seed = settings.seed;
    filled.nonfinite = settings.nonfinite;
    filled.auc_axis = settings.auc_axis;
    fill_memory(settings.memory, filled);
    filled.device = QString::fromStdString(settings.device);
    filled.scope = settings.place == FaultPlace::everywhere ? SearchScope::everywhere : SearchScope::feeding;
    filled.bound_kind = QString::fromStdString(settings.protection);
    if (!settings.site.empty()) filled.site = QString::fromStdString(settings.site);
    if (settings.kind->faults_are_optional && !settings.layers.empty() && model) filled.site = fed_site(settings, *model, filled.site);
    if (settings.kind->has_site_and_grid) filled.grid = QString::fromStdString(settings.grid);
    if (settings.kind->has_search) {
        filled.algorithm = settings.search.algorithm;
        filled.n = settings.search.n;
        filled.m = settings.search.m;
        filled.delta = settings.search.delta;
        filled.greedy = settings.greedy;
    }
    return filled;
}

QString method_problem(const HardenForm& form, const std::optional<OpenedModel>& model) {
    try {
        tuning_selection(form);
        evaluation_selection(form);
        if (form.job == MethodJob::protect_first) {
            protect_first_settings(form);
            protect_first_memory(form);
            return {};
        }
        if (form.job == MethodJob::worst_bits) {
            worst_bits_settings(form);
            worst_bits_memory(form);
            if (model) only_scope_of(form.worst.layers, *model);
            return {};
        }
        rates_of(form);
        if (model && model->sites.empty() && form.job != MethodJob::duel)
            throw UsageError("The network has no activation sites, so there is nothing to clip.");
        method_settings(form, model, {});
    } catch (const Error& error) {
        return QString::fromUtf8(error.what());
    }
    return {};
}

}  // namespace clipscope
