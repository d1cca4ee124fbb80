// From the form's texts and numbers to what core's jobs of the method take. Pure functions; they throw UsageError with one sentence that
// says what to change.
#pragma once

#include <QString>
#include <optional>
#include <vector>

#include "campaign/compare.h"
#include "campaign/harden.h"
#include "campaign/profile.h"
#include "campaign/sweep.h"
#include "campaign/thresholds_file.h"
#include "controls/harden_panel.h"
#include "data/image_selection.h"
#include "engine.h"

namespace clipscope {

ImageSelection tuning_selection(const HardenForm& form);
ImageSelection evaluation_selection(const HardenForm& form);

// Without faults where the rates are "auto"; otherwise faults reach the form's site first, or are everywhere.
ProfileSpecification profile_specification(const HardenForm& form, const OpenedModel& model);
SweepSpecification sweep_specification(const HardenForm& form, const OpenedModel& model);
HardenSpecification harden_specification(const HardenForm& form);
TuningSettings tuning_settings(const HardenForm& form);
// Faults in the whole network. What the thresholds do not say (ACT_max), and automatic rates, are left to be found.
CompareSpecification compare_specification(const HardenForm& form, const OpenedModel& model,
                                           const std::optional<ThresholdsFile>& thresholds);

// What is wrong with the form, empty where nothing is; without a model, as far as can be said.
QString method_problem(const HardenForm& form, const std::optional<OpenedModel>& model);

// How many full passes over the tuning images (compare: the evaluation images) the job is worth, about.
double estimated_passes(const HardenForm& form, std::size_t sites);

// "Hardening of LeNet-5: 4 sites, 10 trials, 200 tuning images"
QString method_title(const HardenForm& form, const OpenedModel& model);

}  // namespace clipscope
