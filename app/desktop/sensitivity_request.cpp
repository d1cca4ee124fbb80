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

// The form's scopes with the checked layers in the place of "each".
std::string scopes_text(const QString& layers, const CheckedLayers& checked) {
    std::string text;
    for (const std::string& scope : split_list(layers.toStdString(), ','))
        text += (text.empty() ? "" : ",") + (lower_case(scope) == "each" ? each_of(checked) : scope);
    return text;
}

// Whether the table may have a check mark for it; `parts` may be unknown.
bool is_single_layer(const std::string& scope, const std::vector<LayerInfo>& parts) {
    const auto part = std::ranges::find(parts, scope, &LayerInfo::name);
    const bool is_part_of_another_kind = part != parts.end() && part->part != MemoryPart::layer;
    return !is_scope_group(lower_case(scope)) && !lower_case(scope).ends_with(output_suffix) && !lower_case(scope).starts_with("each-") &&
           scope.find('+') == std::string::npos && !is_part_of_another_kind;
}

// The form's scopes, and what is to be checked in the table for the layers among them; where they are not all layers, they stay as written.
QString form_scopes(const std::string& layers, const std::vector<LayerInfo>& parts, std::optional<CheckedLayers>& checked) {
    checked.reset();
    QStringList names;
    bool has_network = false, are_all = false;
    for (const std::string& scope : split_list(layers, ',')) {
        if (scope == "network")
            has_network = true;
        else if (scope == "each")
            are_all = true;
        else if (is_single_layer(scope, parts))
            names << QString::fromStdString(scope);
        else
            return QString::fromStdString(layers);
    }
    if (!are_all && names.isEmpty()) return QStringLiteral("network");
    checked = CheckedLayers{are_all, are_all ? QStringList() : names};
    return has_network ? QStringLiteral("network,each") : QStringLiteral("each");
}

QString text_of(std::string_view text) {
    return QString::fromUtf8(text.data(), qsizetype(text.size()));
}

// Whether the form has numbers of faults in place of rates.
bool has_counts(const SensitivityForm& form) {
    return form.job == SensitivityJob::fault_counts || kind_of(form)->axis == PointAxis::fault_count;
}

void fill_job(const JobSettings& settings, SensitivityForm& filled) {
    const PointAxis axis = point_axis(settings);
    filled.job = axis == PointAxis::bit_position  ? SensitivityJob::bit_positions
                 : axis == PointAxis::fault_count ? SensitivityJob::fault_counts
                                                  : SensitivityJob::fault_rates;
    if (!settings.kind->offer.against.empty()) {
        filled.job = SensitivityJob::offered;
        filled.offered = text_of(settings.kind->id);
        for (const auto& [name, text] : settings.own) filled.own[QString::fromStdString(name)] = QString::fromStdString(text);
    }
    if (axis == PointAxis::fault_count)
        filled.fault_counts = readable_list(QString::fromStdString(settings.faults).replace(QLatin1Char(';'), QLatin1Char(',')));
    else
        filled.rates = readable_list(QString::fromStdString(settings.rates));
}

}  // namespace

std::vector<OfferedMeasurement> offered_measurements() {
    std::vector<OfferedMeasurement> all;
    for (const JobKind& kind : job_kinds()) {
        if (kind->offer.against.empty()) continue;
        OfferedMeasurement& one = all.emplace_back();
        one.id = text_of(kind->id);
        one.against = text_of(kind->offer.against);
        one.tip = text_of(kind->offer.tip);
        one.counts = kind->axis == PointAxis::fault_count;
        one.is_by_trials = kind->draw != nullptr;
        for (const OwnSetting& own : kind->own_settings)
            one.settings.push_back({text_of(own.name), text_of(own.usual), text_of(own.label), text_of(own.help)});
    }
    return all;
}

JobKind kind_of(const SensitivityForm& form) {
    if (form.job == SensitivityJob::offered) return job_kind_from_string(form.offered.toStdString());
    return form.job == SensitivityJob::bit_positions ? JobKind::bits : JobKind::sensitivity;
}

JobSettings sensitivity_settings(const SensitivityForm& form, const CheckedLayers& checked) {
    JobSettings settings;
    settings.kind = kind_of(form);
    settings.layers = scopes_text(form.layers, checked);
    settings.rates = typed_rates(form.rates);
    if (has_counts(form)) {
        settings.rates = JobSettings().rates;
        settings.faults = core_list(form.fault_counts);
        if (settings.faults.empty()) throw UsageError("Type how many faults the trials are to have, as in 1, 2, 4, 8.");
    }
    if (form.job == SensitivityJob::offered)
        for (const auto& [name, text] : form.own.asKeyValueRange()) settings.own[name.toStdString()] = text.toStdString();
    complete_own_settings(settings);
    const bool is_precise = form.job != SensitivityJob::bit_positions && !settings.kind->draw && form.until != Until::trials;
    settings.trials = is_precise && form.until == Until::precision ? 0 : form.trials;
    settings.precision = is_precise ? form.half_width / 100 : 0;
    settings.images = form.images.toStdString();
    settings.seed = form.seed;
    settings.nonfinite = form.nonfinite;
    settings.memory = memory_model(form);
    if (form.job == SensitivityJob::bit_positions) settings.memory.pattern = {};  // always one bit
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
    if (jobs.size() > 1 && has_automatic_rates(jobs.front()))
        throw UsageError(
            "With automatic rates every number format gets rates of its own, at which the others cannot be compared: type rates, such as "
            "1e-7:1e-3:9, or name one format.");
    return jobs;
}

SensitivityForm sensitivity_form(const JobSettings& settings, const SensitivityForm& form, const std::vector<LayerInfo>& parts,
                                 std::optional<CheckedLayers>& checked) {
    SensitivityForm filled = form;
    fill_job(settings, filled);
    filled.layers = form_scopes(settings.layers, parts, checked);
    filled.until = settings.precision == 0 ? Until::trials : settings.trials > 0 ? Until::both : Until::precision;
    if (settings.trials > 0) filled.trials = settings.trials;
    if (settings.precision > 0) filled.half_width = settings.precision * 100;
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
        if (point_axis(settings) != PointAxis::bit_position) all_points(settings, {});
        if (parts.empty()) return {};
        const std::vector<FaultScope> scopes = parse_fault_scopes(settings.layers, parts, settings.kind->outputs);
        if (settings.precision > 0) check_stored_scopes(scopes, "A precision");
        check_thresholds_stored(scopes, parts);
    } catch (const Error& error) {
        return QString::fromUtf8(error.what());
    }
    return {};
}

SensitivityForm first_study_form(int threads) {
    SensitivityForm form;
    form.rates = QStringLiteral("1e-7:1e-3:9");
    form.trials = 20;
    form.images = QStringLiteral("1000");
    form.threads = threads;
    return form;
}

}  // namespace clipscope
