// Whether an image's values are the same, bit for bit, whatever images stand beside it in a pass: what everything that leaves images out of
// a pass relies on. Includes LibTorch.
#pragma once

#include <cstddef>
#include <optional>
#include <stop_token>

#include "evaluation/evaluator_state.h"

namespace clipscope {

// Runs the first images as trials run them, in companies of several sizes and orders, on up to three threads. Gives the first step after
// which an image's values differ with its company (an operation that mixes images, or a kernel that adds up in another order); nothing
// where there is none, or where it was stopped. What LibTorch throws comes through.
std::optional<std::size_t> find_dependent_step(const Evaluator::State& evaluator, int threads, const std::stop_token& stop);

}  // namespace clipscope
