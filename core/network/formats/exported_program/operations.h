// Brings the operations of an exported program into the form that traced networks have: the same layers under the same names whatever
// dialect and version of PyTorch wrote them, checks left out, sizes that only say how many images there are made free of that number. No
// LibTorch.
#pragma once

#include <string>
#include <vector>

#include "network/formats/exported_program/exported_program.h"

namespace clipscope {

// "torch.ops.aten.conv2d.default" is conv2d without an overload; "_operator.mul" is mul.
struct OperationName {
    std::string name;
    std::string overload;
};

// Throws Error with a clause that completes "PATH cannot be opened: ..." where the operation is none of PyTorch's own.
OperationName operation_name(const std::string& target);

// The node whose output is its first input.
constexpr const char* pass_on = "pass_on";

// The program with its operations so rewritten. Throws Error likewise where an operation belongs to training.
void rewrite_operations(ExportedProgram& program);

}  // namespace clipscope
