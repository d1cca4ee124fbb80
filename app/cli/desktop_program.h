// The desktop program, which draws without a display what the command line cannot: Qt is its alone.
#pragma once

#include <stop_token>
#include <string>
#include <vector>

namespace clipscope::cli {

// Runs `clipscope` with these arguments, that of this build or package before any in PATH, and returns the status to exit with; ends it
// when it is to stop. `what` it makes stands in errors: "The figures are". Throws Error where there is no such program.
int run_desktop_program(const std::vector<std::string>& arguments, const std::string& what, const std::stop_token& stop);

}  // namespace clipscope::cli
