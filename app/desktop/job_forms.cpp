#include "job_forms.h"

#include <utility>

#include "controls/harden_panel.h"
#include "laboratory.h"
#include "method_request.h"
#include "missing_input.h"
#include "result_presenter.h"
#include "tables/layer_table.h"

namespace clipscope {

JobForms::JobForms(Laboratory& laboratory, const ResultPresenter& results, SensitivityPanel& sensitivity, HardenPanel& method,
                   LayerTable& layers, QObject* parent)
    : QObject(parent), laboratory_(laboratory), results_(results), sensitivity_(sensitivity), method_(method), layers_(layers) {
    sensitivity_.set_offered(offered_measurements());
    sensitivity_.set_validator([this](const SensitivityForm& form) {
        const auto& model = laboratory_.model();
        return form_problem(form, model ? model->memory_parts : std::vector<LayerInfo>{}, checked_layers());
    });
    method_.set_validator([this](const HardenForm& form) {
        if (is_search(form.job) && is_running_)
            return tr("This search is no job of the study and does not wait in its queue: run it when no job runs.");
        return method_problem(form, laboratory_.model());
    });
    connect(&laboratory_, &Laboratory::selection_changed, this, [this](const QString&, const QString& site) { method_.select_site(site); });
    show_missing();
}

bool JobForms::is_of_sensitivity(JobKind kind) {
    return kind->form == JobForm::sensitivity;
}

bool JobForms::has_form(const JobSettings& settings) {
    const JobDefinition& kind = *settings.kind;
    return kind.form != JobForm::none && (!kind.fits_form || kind.fits_form(settings));
}

CheckedLayers JobForms::checked_layers() const {
    const QStringList names = layers_.checked_layers();
    return {!laboratory_.model() || names.size() == qsizetype(laboratory_.model()->layers.size()), names};
}

std::vector<JobSettings> JobForms::asked_of_sensitivity() const {
    return sensitivity_jobs(sensitivity_.form(), checked_layers());
}

std::vector<JobSettings> JobForms::asked_of_method() const {
    if (is_search(method_.form().job)) return {};
    return {method_settings(method_.form(), laboratory_.model(), results_.all_thresholds())};
}

std::vector<JobSettings> JobForms::asked_search_of(const QString& site) const {
    HardenForm form = method_.form();
    form.job = MethodJob::harden;
    JobSettings settings = method_settings(form, laboratory_.model(), {});
    settings.site = site.toStdString();
    return {settings};
}

int JobForms::threads_for(JobKind kind) const {
    return is_of_sensitivity(kind) ? sensitivity_.form().threads : method_.form().threads;
}

void JobForms::fill(const JobSettings& settings) {
    if (!is_of_sensitivity(settings.kind)) {
        const bool is_open = laboratory_.has_model_of(settings);
        method_.set_form(method_form(settings, method_.form(), is_open ? laboratory_.model() : std::nullopt));
        return;
    }
    std::optional<CheckedLayers> layers;
    const bool is_open = laboratory_.has_model_of(settings);
    const std::vector<LayerInfo> parts = is_open ? laboratory_.model()->memory_parts : std::vector<LayerInfo>{};
    sensitivity_.set_form(sensitivity_form(settings, sensitivity_.form(), parts, layers));
    if (!layers) return;
    if (is_open)
        check(*layers);
    else
        to_check_ = layers;
}

void JobForms::check(const CheckedLayers& layers) {
    QStringList names = layers.names;
    if (layers.are_all)
        for (const LayerInfo& layer : laboratory_.model()->layers) names << QString::fromStdString(layer.name);
    layers_.set_checked_layers(names);
}

void JobForms::set_running(bool running) {
    is_running_ = running;
    sensitivity_.set_running(running);
    method_.set_running(running);
}

void JobForms::show_missing() {
    const MissingInput missing = missing_input(laboratory_);
    for (JobPanel* panel : {static_cast<JobPanel*>(&sensitivity_), static_cast<JobPanel*>(&method_)})
        panel->set_missing(missing_text(missing, laboratory_), help_text(missing));
}

void JobForms::show_model() {
    QStringList sites;
    for (const SiteInfo& site : laboratory_.model()->sites) sites << QString::fromStdString(site.name);
    method_.set_sites(sites);
    QStringList layers;
    for (const LayerInfo& layer : laboratory_.model()->layers) layers << QString::fromStdString(layer.name);
    method_.set_layers(layers);
    if (const auto layers = std::exchange(to_check_, std::nullopt)) check(*layers);
    sensitivity_.validate();
    method_.validate();
}

}  // namespace clipscope
