// The options of commands, as several kinds of jobs have them. Each adds what the settings say to the command that measures a job again.
#pragma once

#include "common/command_text.h"
#include "study/job_settings.h"

namespace clipscope {

// Rates or numbers of faults, trials, precision.
void add_amount(CommandText& command, const JobSettings& settings);

// --nonfinite, --exact, --self-check, where they are not as usual.
void add_rules(CommandText& command, const JobSettings& settings);

void add_tuning_images(CommandText& command, const JobSettings& settings);

// Amount and rules, the axis of the AUC, and where faults are of a job on tuning images.
void add_measurement(CommandText& command, const JobSettings& settings);

}  // namespace clipscope
