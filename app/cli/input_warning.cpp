#include "input_warning.h"

#include <cstdio>

#include "campaign/input_check.h"

namespace clipscope::cli {

void warn_of_doubtful_input(const JobInputs& inputs, int threads, const std::string& device, std::stop_token stop) {
    const auto doubt = check_input(inputs, threads, device, std::move(stop));
    if (doubt) std::fprintf(stderr, "clipscope-cli: Warning: %s\n", to_string(*doubt, inputs.images.class_names()).c_str());
}

void warn_of_doubtful_input(const JobInputs& inputs, const WorkOptions& work, std::stop_token stop) {
    warn_of_doubtful_input(inputs, work.threads, work.device, std::move(stop));
}

}  // namespace clipscope::cli
