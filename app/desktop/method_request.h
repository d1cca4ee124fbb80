// Between the form of the method's jobs and the settings of a study's job. Pure functions.
#pragma once

#include <QString>
#include <optional>

#include "campaign/protect_first.h"
#include "campaign/thresholds_file.h"
#include "campaign/worst_bits.h"
#include "controls/harden_panel.h"
#include "data/image_selection.h"
#include "engine.h"
#include "study/job_settings.h"

namespace clipscope {

ImageSelection tuning_selection(const HardenForm& form);
ImageSelection evaluation_selection(const HardenForm& form);

// All but the model and the data. A profile has faults only where rates are given: they reach the form's site first, or are everywhere. A
// comparison takes the thresholds there are. Throws UsageError with one sentence that says what to change.
JobSettings method_settings(const HardenForm& form, const std::optional<OpenedModel>& model,
                            const std::optional<ThresholdsFile>& thresholds);
// What to look for, all but where faults may lie; no job of a study. Throws UsageError likewise.
ProtectFirstSettings protect_first_settings(const HardenForm& form);
MemoryModel protect_first_memory(const HardenForm& form);
// Likewise; where the bits may lie, the form says as parse_fault_scopes() takes it. Single bits only, whatever pattern the form has.
WorstBitsSettings worst_bits_settings(const HardenForm& form);
MemoryModel worst_bits_memory(const HardenForm& form);
// Back into the form, as far as it has fields for them; `form` says the rest. `model`: of the settings, where it is open; it says which
// site a profile's faults reach first.
HardenForm method_form(const JobSettings& settings, const HardenForm& form, const std::optional<OpenedModel>& model);

// What is wrong with the form, empty where nothing is; without a model, as far as can be said.
QString method_problem(const HardenForm& form, const std::optional<OpenedModel>& model);

// Thresholds for a duel: those found last, and of those before the ones for other protections.
ThresholdsFile with_latest(const std::optional<ThresholdsFile>& before, const ThresholdsFile& latest);

JobKind kind_of(MethodJob job);  // of a study's job

}  // namespace clipscope
