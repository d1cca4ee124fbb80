// Checks the engine on random networks: the default mode against the exact one and against the plain loop, image by image, and against
// itself with another memory budget, other workers and another order of trials. What a user can run to know that the numbers of this
// machine can be trusted; the tests run it as well.
#pragma once

#include <cstdint>
#include <stop_token>
#include <string>
#include <vector>

#include "benchmark/random_networks.h"
#include "campaign/events.h"

namespace clipscope {

struct EngineCheckSettings {
    int networks = 60;
    std::uint64_t seed = 1;  // of the first network; the others follow by ones
    int trials = 2;          // of each scope, each at three rates
    int threads = 0;         // networks that are checked side by side; 0: all cores
    std::string folder{};    // where networks and their images are kept; empty: nowhere
};

// What one network showed. No difference is right but a near-tie (evaluation/near_ties.h).
struct CheckedNetwork {
    RandomNetworkForm form;
    std::string summary{};       // "3×9×11, 4 layers, 31 images in chunks of 10, int8"
    std::int64_t trials = 0;     // of the default mode; the same ones run in each other way
    std::int64_t images = 0;     // whose outcomes were compared
    std::int64_t near_ties = 0;  // of these
    std::int64_t trials_that_differ = 0;
    std::vector<std::string> differences{};  // a sentence each, the first few
    int fewest_blocks = 0;                   // of this network that still show a difference; 0: not looked for
};

struct EngineCheckResult {
    std::int64_t networks = 0;  // that were checked
    std::int64_t trials = 0;
    std::int64_t images = 0;
    std::int64_t near_ties = 0;
    std::vector<CheckedNetwork> failed;  // by seed; a network that is refused or cannot run is one of them
    bool is_stopped = false;
};

// Sends Progress, and a Message for each network that failed. Polls `stop`; keeps what was done. Throws Error where the folder cannot be
// written, UsageError on senseless settings.
EngineCheckResult run_engine_check(const EngineCheckSettings& settings, const EventSink& sink, std::stop_token stop);

// One network, whose file is written into `folder`. An exception becomes a difference.
CheckedNetwork check_random_network(const RandomNetworkForm& form, int trials, const std::string& folder, std::stop_token stop);

}  // namespace clipscope
