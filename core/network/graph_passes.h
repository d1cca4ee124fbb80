// Rewrites of a flattened graph that LibTorch's own passes leave undone, so that no step of a program changes a value in place. Includes
// LibTorch.
#pragma once

#include <torch/script.h>

namespace clipscope {

// Where a graph names another device than the processor, as one traced on a graphics card does, it names the processor.
void place_on_cpu(torch::jit::Block* block);

// Dropout outside training, casts to the type that is there already, warnings.
void remove_what_does_nothing(torch::jit::Block* block);

// Where a list that stays in its block is appended to, what follows reads a new list with one element more.
void replace_appends(torch::jit::Graph& graph);

// Where a tensor that nothing else shares yet is changed, what follows reads a new one. For what LibTorch's pass leaves, as where the
// tensor goes into a list later.
void replace_changes_in_place(torch::jit::Graph& graph, torch::jit::Block* block);

// Where a part of such a tensor is changed, as a mask is filled piece by piece, what follows reads a new one with the changed part in it.
void replace_changes_of_parts(torch::jit::Graph& graph, torch::jit::Block* block);

// view(x, [x.size(0), n]) as flatten(x, 1): the same values, and nothing in the program counts images any more.
void replace_row_views(torch::jit::Graph& graph, torch::jit::Block* block);

// What the node changes in place: "a tensor", "a list", or null where it changes nothing.
const char* changed_in_place(const torch::jit::Node* node);

// Draws random numbers whenever it runs, so that no result could be repeated.
bool is_random(const torch::jit::Node* node);

}  // namespace clipscope
