// What kinds of jobs have in common that measure accuracy over fault rates or numbers of faults: parts of their definitions.
#pragma once

#include <string>
#include <vector>

#include "common/command_text.h"
#include "network/layer_info.h"
#include "study/job_context.h"

namespace clipscope {

// "network, each"; of many layers the first ones and their number.
std::string layers_text(const std::string& layers);

// Layers that there are and that store what faults are to hit, and where a precision is asked for, that it can be had.
void check_curves(const JobSettings& settings, const Network& network);

// As a sensitivity runs, with the faults that the kind draws.
void run_over_points(JobContext& context);

// --layers, the amount, the rules, and the kind's own settings.
void add_words_over_points(CommandText& command, const JobSettings& settings, const std::string& thresholds_file);

double passes_over_points(const JobSettings& settings, const std::vector<LayerInfo>& parts, std::size_t sites);

}  // namespace clipscope
