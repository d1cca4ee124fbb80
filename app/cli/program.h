// The program clipscope-cli as a function, so that another can be it too (app/mpi).
#pragma once

namespace clipscope::cli {

// Does what the command line says and returns the exit status.
int run_program(int argc, char** argv);

}  // namespace clipscope::cli
