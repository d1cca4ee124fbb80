// Turns the operations of an exported program into the graph of a module's forward. Includes LibTorch.
#pragma once

#include <torch/script.h>

#include "network/formats/exported_program/exported_program.h"

namespace clipscope {

// Gives `module`, which holds the program's parameters, buffers and constants at their paths, a forward of one input that does what the
// program does, every operation with the schema that this LibTorch has. Each operation keeps its module's path as its scope. Throws Error
// with a clause that completes "PATH cannot be opened: ..." where an operation, an argument or a value is unknown.
void define_forward(const ExportedProgram& program, const torch::jit::Module& module);

}  // namespace clipscope
