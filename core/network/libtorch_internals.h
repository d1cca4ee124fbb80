// What ClipScope uses of LibTorch beyond its public headers (torch/script.h, torch/torch.h): these may change with every version, and this
// is the one file that includes them. Tried with LibTorch 1.13, 2.6 and 2.14. Includes LibTorch: only core's .cpp files include this.
//
//   passes, ir/constants.h    program_builder, graph_passes, hardened_file: a graph is inlined, folded and freed of changes in place;
//                             torch::jit::Inline leaves a callstack at each node, whose instance_name() says whose code it was
//   frontend                  code_check: the parser and its trees; protected_file: the tracer, for functions of activation sites
//   tensorexpr_fuser          model_file: operations that are fused round otherwise than those that a file names, and the compiler that
//                             fuses them does not come to an end for some networks (LibTorch 2.6 of Debian 13), so none are
//   c10::FunctionSchema       graph_passes, program_builder: alias_info() tells what an operation changes in place or shares
//
// And what no header says:
//   records of an archive     script_records: those that torch::jit::load asks for, whatever their case; hardened_file: how it is written
//   operations by name        allowed_operations, graph_passes, layer_finder: "aten::_convolution"; new ones are refused until they are
//                             listed; later_operations: those that 1.13 lacks are registered in the same namespace
//   texts of errors           evaluation/item_workers: an allocation that fails is told by its words; model_file: "Unknown builtin op"
//   OpenBLAS                  evaluation/worker_threads: its number of threads, by the function's name, where LibTorch brought it
//   c10::Allocator            tests/core/evaluation/test_memory_shortage: its interface differs between 1.13 and 2.x
#pragma once

#include <torch/csrc/jit/frontend/parser.h>
#include <torch/csrc/jit/frontend/tracer.h>
#include <torch/csrc/jit/frontend/tree_views.h>
#include <torch/csrc/jit/ir/constants.h>
#include <torch/csrc/jit/passes/constant_propagation.h>
#include <torch/csrc/jit/passes/dead_code_elimination.h>
#include <torch/csrc/jit/passes/inliner.h>
#include <torch/csrc/jit/passes/lower_tuples.h>
#include <torch/csrc/jit/passes/remove_exceptions.h>
#include <torch/csrc/jit/passes/remove_mutation.h>
#include <torch/csrc/jit/passes/tensorexpr_fuser.h>
#include <torch/script.h>
