// From the form's texts and numbers to what core's sensitivity job takes. Pure functions.
#pragma once

#include <QString>
#include <QStringList>
#include <vector>

#include "campaign/bit_positions.h"
#include "campaign/sensitivity.h"
#include "controls/sensitivity_panel.h"
#include "data/image_selection.h"
#include "network/layer_info.h"

namespace clipscope {

// Throws UsageError with one sentence that says what to change. `checked`: the layers checked in the table.
SensitivitySpecification sensitivity_specification(const SensitivityForm& form, const std::vector<LayerInfo>& layers,
                                                   const QStringList& checked);
BitPositionSpecification bit_position_specification(const SensitivityForm& form, const std::vector<LayerInfo>& layers,
                                                    const QStringList& checked);
ImageSelection image_selection(const SensitivityForm& form);

// What is wrong with the form, empty where nothing is.
QString form_problem(const SensitivityForm& form, const std::vector<LayerInfo>& layers, const QStringList& checked);

// The study offered on first start: small enough to finish within a minute, large enough to show which layers matter.
SensitivityForm first_study_form(int threads);

// How many full passes over the images a job is worth at most. A trial in a layer recomputes that layer and what follows it, so a scope
// costs about the share of layers from its first one on; rate 0 costs nothing.
double estimated_passes(const SensitivitySpecification& specification, std::size_t layer_count);
double estimated_passes(const BitPositionSpecification& specification, std::size_t layer_count);

// "about 0:41"
QString estimate_text(double seconds);

}  // namespace clipscope
