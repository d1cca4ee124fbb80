// CIFAR's binary layouts (https://www.cs.toronto.edu/~kriz/cifar.html), any whole number of records a file. CIFAR-10: records of one label
// byte and 3×32×32 pixel bytes; data_batch_*.bin make the training split, in natural order (2 before 10), test_batch.bin the test split.
// CIFAR-100: a byte for the superclass before the label; train.bin and test.bin.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "data/dataset.h"

namespace clipscope {

// The splits whose files lie in the folder; none where it holds no such files.
std::vector<Split> cifar10_splits(const std::filesystem::path& folder);

std::vector<Split> cifar100_splits(const std::filesystem::path& folder);

// What classes are called where no file says it: CIFAR-100's are numbered.
std::vector<std::string> cifar10_classes();
std::vector<std::string> cifar100_classes();

// Class names come from batches.meta.txt or fine_label_names.txt where there is one. Throws Error naming the file.
Dataset read_cifar10(const std::filesystem::path& folder, Split split);
Dataset read_cifar100(const std::filesystem::path& folder, Split split);

}  // namespace clipscope
