// CIFAR-10's binary layout (https://www.cs.toronto.edu/~kriz/cifar.html): records of one label byte and 3×32×32 pixel bytes, any whole
// number of them a file. data_batch_*.bin make the training split, in natural order (2 before 10), test_batch.bin the test split.
#pragma once

#include <filesystem>
#include <vector>

#include "data/dataset.h"

namespace clipscope {

// The splits whose files lie in the folder; none where it holds no CIFAR-10.
std::vector<Split> cifar10_splits(const std::filesystem::path& folder);

// Class names come from batches.meta.txt where there is one. Throws Error naming the file.
Dataset read_cifar10(const std::filesystem::path& folder, Split split);

}  // namespace clipscope
