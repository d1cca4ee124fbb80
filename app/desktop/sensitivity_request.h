// Between the sensitivity form and the settings of a study's job. Pure functions.
#pragma once

#include <QString>
#include <QStringList>
#include <vector>

#include "controls/sensitivity_panel.h"
#include "data/image_selection.h"
#include "network/layer_info.h"
#include "study/job_settings.h"

namespace clipscope {

// All but the model and the data, of a form with one number format. `checked`: the layers checked in the table. Throws UsageError with one
// sentence that says what to change.
JobSettings sensitivity_settings(const SensitivityForm& form, const QStringList& checked);
// One for each number format of the form, which are compared side by side.
std::vector<JobSettings> sensitivity_jobs(const SensitivityForm& form, const QStringList& checked);
// Back into the form, as far as it has fields for them; `form` says the rest. `checked`: the layers to check in the table, empty: as they
// are.
SensitivityForm sensitivity_form(const JobSettings& settings, const SensitivityForm& form, QStringList& checked);

JobKind kind_of(SensitivityJob job);
ImageSelection image_selection(const SensitivityForm& form);

// What is wrong with the form, empty where nothing is; without the memory's parts, as far as can be said.
QString form_problem(const SensitivityForm& form, const std::vector<LayerInfo>& parts, const QStringList& checked);

// The study offered on first start: small enough to finish within a minute, large enough to show which layers matter.
SensitivityForm first_study_form(int threads);

}  // namespace clipscope
