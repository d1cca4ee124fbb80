// The team that this process works in, where mpirun started several that run one command together (app/mpi). Set once, before any command
// runs; otherwise everything here says: this process alone.
#pragma once

#include <functional>
#include <string>

#include "evaluation/item_team.h"

namespace clipscope::cli {

struct ProcessTeam {
    ItemTeam* team = nullptr;
    int threads = 0;  // workers of each process where the command line does not say; 0: all cores
    // Where this process keeps the study that the command line names: the first in the very file, the others in copies of their own, made
    // by this call, that all make at the same time.
    std::function<std::string(const std::string& path)> place_study{};

    // Computes for the first member, which alone prints and writes results.
    bool is_follower() const { return team && !team->is_first(); }
};

ProcessTeam& process_team();

// As place_study says; the path itself without a team.
std::string own_study(const std::string& path);

}  // namespace clipscope::cli
