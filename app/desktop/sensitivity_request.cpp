#include "sensitivity_request.h"

#include <algorithm>

#include "campaign/fault_scope.h"
#include "common/error.h"
#include "common/text_list.h"
#include "memory_request.h"

namespace clipscope {
namespace {

std::string scopes_text(LayersChoice choice, const QStringList& checked) {
    switch (choice) {
        case LayersChoice::each:
            return "each";
        case LayersChoice::network:
            return "network";
        case LayersChoice::both:
            return "network,each";
        case LayersChoice::batch_norm:
            return "network,batch-norm";
        case LayersChoice::thresholds:
            return "network,thresholds";
        case LayersChoice::checked:
            break;
    }
    if (checked.isEmpty()) throw UsageError("No layer is checked: check some in the table of layers, or choose another entry.");
    return checked.join(QLatin1Char(',')).toStdString();
}

}  // namespace

JobKind kind_of(SensitivityJob job) {
    return job == SensitivityJob::bit_positions ? JobKind::bits : JobKind::sensitivity;
}

JobSettings sensitivity_settings(const SensitivityForm& form, const QStringList& checked) {
    JobSettings settings;
    settings.kind = kind_of(form.job);
    settings.layers = scopes_text(form.layers, checked);
    settings.rates = form.rates.toStdString();
    settings.trials = form.trials;
    settings.images = form.images.toStdString();
    settings.seed = form.seed;
    settings.nonfinite = form.nonfinite;
    settings.memory = memory_model(form);
    settings.device = form.device.toStdString();
    return settings;
}

std::vector<JobSettings> sensitivity_jobs(const SensitivityForm& form, const QStringList& checked) {
    std::vector<JobSettings> jobs;
    for (const std::string& format : split_list(form.format.toStdString(), ',')) {
        SensitivityForm one = form;
        one.format = QString::fromStdString(format);
        jobs.push_back(sensitivity_settings(one, checked));
        const MemoryModel& memory = jobs.back().memory;
        if (std::ranges::count(jobs, memory, &JobSettings::memory) > 1)
            throw UsageError("The number format " + memory.format.to_string() + " is there twice: name it once.");
    }
    if (jobs.size() > 1 && form.job == SensitivityJob::bit_positions)
        throw UsageError("Bit positions are those of one number format: name one, and run the others after it.");
    if (jobs.size() > 1 && jobs.front().rates.starts_with("auto"))
        throw UsageError(
            "With automatic rates every number format gets rates of its own, at which the others cannot be compared: type rates, such as "
            "1e-7:1e-3:9, or name one format.");
    return jobs;
}

SensitivityForm sensitivity_form(const JobSettings& settings, const SensitivityForm& form, QStringList& checked) {
    SensitivityForm filled = form;
    filled.job = settings.kind == JobKind::bits ? SensitivityJob::bit_positions : SensitivityJob::fault_rates;
    filled.layers = LayersChoice::checked;
    for (const LayersChoice choice :
         {LayersChoice::each, LayersChoice::network, LayersChoice::both, LayersChoice::batch_norm, LayersChoice::thresholds})
        if (settings.layers == scopes_text(choice, {})) filled.layers = choice;
    if (filled.layers == LayersChoice::checked) checked = QString::fromStdString(settings.layers).split(QLatin1Char(','));
    filled.rates = QString::fromStdString(settings.rates);
    filled.trials = settings.trials;
    filled.images = QString::fromStdString(settings.images);
    filled.seed = settings.seed;
    filled.nonfinite = settings.nonfinite;
    fill_memory(settings.memory, filled);
    filled.device = QString::fromStdString(settings.device);
    return filled;
}

ImageSelection image_selection(const SensitivityForm& form) {
    return ImageSelection::parse(form.images.toStdString());
}

QString form_problem(const SensitivityForm& form, const std::vector<LayerInfo>& parts, const QStringList& checked) {
    try {
        image_selection(form);
        const JobSettings settings = sensitivity_jobs(form, parts.empty() ? QStringList{QStringLiteral("any")} : checked).front();
        if (settings.kind == JobKind::sensitivity) all_rates(settings.rates, {});
        if (!parts.empty()) check_thresholds_stored(parse_fault_scopes(settings.layers, parts), parts);
    } catch (const Error& error) {
        return QString::fromUtf8(error.what());
    }
    return {};
}

SensitivityForm first_study_form(int threads) {
    SensitivityForm form;
    form.layers = LayersChoice::both;
    form.rates = QStringLiteral("1e-7:1e-3:9");
    form.trials = 20;
    form.images = QStringLiteral("1000");
    form.threads = threads;
    return form;
}

}  // namespace clipscope
