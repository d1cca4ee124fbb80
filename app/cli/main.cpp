// clipscope-cli: the work of ClipScope from scripts and machines without a display.
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include "command.h"
#include "common/program_place.h"
#include "program.h"

namespace {

// Under Open MPI's mpirun each of several processes would begin the job for itself: clipscope-mpi does it together. Returns only where it
// is not there.
void become_team(char** argv) {
    const std::string program = (clipscope::program_folder() / "clipscope-mpi").string();
    execv(program.c_str(), argv);
    std::fprintf(
        stderr,
        "clipscope-cli: mpirun needs '%s', which cannot be run (%s): build ClipScope with MPI (libopenmpi-dev), or leave out mpirun.\n",
        program.c_str(), std::strerror(errno));
}

}  // namespace

int main(int argc, char** argv) {
    if (const char* processes = std::getenv("OMPI_COMM_WORLD_SIZE"); processes != nullptr && std::atoi(processes) > 1) {
        become_team(argv);
        return clipscope::cli::exit_failed;
    }
    return clipscope::cli::run_program(argc, argv);
}
