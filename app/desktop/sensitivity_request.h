// Between the sensitivity form and the settings of a study's job. Pure functions.
#pragma once

#include <QString>
#include <QStringList>
#include <optional>
#include <vector>

#include "controls/sensitivity_panel.h"
#include "data/image_selection.h"
#include "network/layer_info.h"
#include "study/job_settings.h"

namespace clipscope {

// The layers with a check mark in the table: those that "each layer" is about.
struct CheckedLayers {
    bool are_all = true;
    QStringList names{};  // where not all are
};

// All but the model and the data, of a form with one number format. Throws UsageError with one sentence that says what to change.
JobSettings sensitivity_settings(const SensitivityForm& form, const CheckedLayers& checked);
// One for each number format of the form, which are compared side by side.
std::vector<JobSettings> sensitivity_jobs(const SensitivityForm& form, const CheckedLayers& checked);
// Back into the form, as far as it has fields for them; `form` says the rest. `parts`: of the settings' network, empty where it is not
// open. `checked`: what to check in the table, nothing: as it is.
SensitivityForm sensitivity_form(const JobSettings& settings, const SensitivityForm& form, const std::vector<LayerInfo>& parts,
                                 std::optional<CheckedLayers>& checked);

// What the form offers beside its own choices: kinds of jobs that say so (study/job_definition.h).
std::vector<OfferedMeasurement> offered_measurements();

JobKind kind_of(const SensitivityForm& form);  // throws UsageError
ImageSelection image_selection(const SensitivityForm& form);

// What is wrong with the form, empty where nothing is; without the memory's parts, as far as can be said.
QString form_problem(const SensitivityForm& form, const std::vector<LayerInfo>& parts, const CheckedLayers& checked);

// The study offered on first start: small enough to finish within a minute, large enough to show which layers matter.
SensitivityForm first_study_form(int threads);

}  // namespace clipscope
