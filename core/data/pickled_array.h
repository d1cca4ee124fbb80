// Arrays and numbers of NumPy's as Python pickles them, in any of the forms that protocols 2 to 5 give them.
#pragma once

#include <optional>
#include <string>

#include "archives/pickle_tree.h"
#include "data/numpy_array.h"

namespace clipscope {

// Whether a pickle of arrays, numbers and texts may name it.
bool is_array_global(const std::string& global);

// The array (or the single number, of shape {}) that a node builds, within the tree's bytes; nothing where it builds something else. Throws
// Error with a clause that completes "the array NAME ...".
std::optional<NumpyArray> array_at(const PickleTree& tree, const PickleNode& node);

}  // namespace clipscope
