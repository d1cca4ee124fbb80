// Compares a hardened network's file with the clipped network it was made from.
#pragma once

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>

#include "evaluation/evaluator.h"

namespace clipscope {

struct HardenedCheck {
    std::int64_t images = 0;     // compared
    std::int64_t different = 0;  // images with a logit that differs in any bit
};

// Runs the file's own forward(), as LibTorch and Python run it, on all of the evaluator's images, chunk by chunk, against ClipScope's
// clipped network. The evaluator need not be prepared. Polls `stop` for every chunk; empty where it was stopped. Throws Error where the
// file cannot be read or run.
std::optional<HardenedCheck> check_hardened_file(const Evaluator& clipped, const std::string& path, std::stop_token stop);

}  // namespace clipscope
