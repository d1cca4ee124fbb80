// A word on stderr where the images seem to enter the network wrongly. Nothing is changed.
#pragma once

#include <stop_token>

#include "common_options.h"

namespace clipscope::cli {

void warn_of_doubtful_input(const JobInputs& inputs, int threads, const std::string& device, std::stop_token stop);
void warn_of_doubtful_input(const JobInputs& inputs, const WorkOptions& work, std::stop_token stop);

}  // namespace clipscope::cli
