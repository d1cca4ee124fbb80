#include "process_team.h"

namespace clipscope::cli {

ProcessTeam& process_team() {
    static ProcessTeam team;
    return team;
}

std::string own_study(const std::string& path) {
    return process_team().place_study ? process_team().place_study(path) : path;
}

}  // namespace clipscope::cli
