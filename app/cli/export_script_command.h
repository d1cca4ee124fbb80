// export-script: the Python file that saves a network for ClipScope.
#pragma once

#include "command.h"

namespace clipscope::cli {

void add_export_script_command(CLI::App& app, CommandRunner& runner);

}  // namespace clipscope::cli
