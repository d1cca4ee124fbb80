// The bounds that a job of a study knows of its network.
#pragma once

#include <optional>

#include "campaign/thresholds_file.h"
#include "clipping/clipping.h"

namespace clipscope {

struct KnownProtections {
    std::optional<Clipping> act_max;
    TunedBounds tuned;
};

}  // namespace clipscope
