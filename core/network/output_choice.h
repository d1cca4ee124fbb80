// Which of several outputs of a network are the logits. Includes LibTorch.
#pragma once

#include <torch/script.h>

#include <functional>

namespace clipscope {

// Makes the logits the graph's one output where it returns a tuple, a list or a dictionary made in the graph: the entry of a usual name
// ("logits"), else what the others are computed into, as logits are from features and probabilities from logits not, else the first of
// those that have as many values an image. Throws Error where outputs of different sizes remain. What it cannot look into stays as it is.
// `parameter_of`: the parameter that an input of the graph stands for, null for other values.
void keep_logits(torch::jit::Graph& graph, const std::function<const at::Tensor*(const torch::jit::Value*)>& parameter_of);

// The same for a value that a run returned: the first tensor with two dimensions in tuples, lists and dictionaries, else the first
// tensor. Throws Error where there is none.
at::Tensor logits_in(const c10::IValue& output);

}  // namespace clipscope
