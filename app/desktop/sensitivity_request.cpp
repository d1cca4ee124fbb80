#include "sensitivity_request.h"

#include <algorithm>

#include "campaign/fault_scope.h"
#include "common/error.h"
#include "common/text_list.h"
#include "controls/typed_numbers.h"
#include "memory_request.h"

namespace clipscope {
namespace {

std::string each_of(const CheckedLayers& checked) {
    if (checked.are_all) return "each";
    if (checked.names.isEmpty()) throw UsageError("No layer is checked: check some in the table of layers, or choose another entry.");
    return checked.names.join(QLatin1Char(',')).toStdString();
}

std::string scopes_text(LayersChoice choice, const CheckedLayers& checked) {
    switch (choice) {
        case LayersChoice::each:
            return each_of(checked);
        case LayersChoice::network:
            return "network";
        case LayersChoice::both:
            return "network," + each_of(checked);
        case LayersChoice::batch_norm:
            return "network,batch-norm";
        case LayersChoice::thresholds:
            break;
    }
    return "network,thresholds";
}

// The choice that these layers are, and what is to be checked for it.
LayersChoice choice_of(const std::string& layers, std::optional<CheckedLayers>& checked) {
    checked.reset();
    for (const LayersChoice choice : {LayersChoice::network, LayersChoice::batch_norm, LayersChoice::thresholds})
        if (layers == scopes_text(choice, {})) return choice;
    QStringList names;
    for (const std::string& name : split_list(layers, ',')) names << QString::fromStdString(name);
    const bool has_network = names.removeAll(QStringLiteral("network")) > 0;
    const bool are_all = names.contains(QStringLiteral("each"));
    checked = CheckedLayers{are_all, are_all ? QStringList() : names};
    return has_network ? LayersChoice::both : LayersChoice::each;
}

}  // namespace

JobKind kind_of(SensitivityJob job) {
    return job == SensitivityJob::bit_positions ? JobKind::bits : JobKind::sensitivity;
}

JobSettings sensitivity_settings(const SensitivityForm& form, const CheckedLayers& checked) {
    JobSettings settings;
    settings.kind = kind_of(form.job);
    settings.layers = scopes_text(form.layers, checked);
    settings.rates = typed_rates(form.rates);
    settings.trials = form.trials;
    settings.images = form.images.toStdString();
    settings.seed = form.seed;
    settings.nonfinite = form.nonfinite;
    settings.memory = memory_model(form);
    settings.device = form.device.toStdString();
    return settings;
}

std::vector<JobSettings> sensitivity_jobs(const SensitivityForm& form, const CheckedLayers& checked) {
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

bool has_place_for(const JobSettings& settings) {
    return settings.layers.find('+') == std::string::npos;
}

SensitivityForm sensitivity_form(const JobSettings& settings, const SensitivityForm& form, std::optional<CheckedLayers>& checked) {
    SensitivityForm filled = form;
    filled.job = settings.kind == JobKind::bits ? SensitivityJob::bit_positions : SensitivityJob::fault_rates;
    filled.layers = choice_of(settings.layers, checked);
    filled.rates = readable_list(QString::fromStdString(settings.rates));
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

QString form_problem(const SensitivityForm& form, const std::vector<LayerInfo>& parts, const CheckedLayers& checked) {
    try {
        image_selection(form);
        const JobSettings settings = sensitivity_jobs(form, parts.empty() ? CheckedLayers() : checked).front();
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
