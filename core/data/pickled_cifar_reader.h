// CIFAR's layouts for Python (https://www.cs.toronto.edu/~kriz/cifar.html), read without Python: pickles of dictionaries with an array
// N×3072 of pixels and a list of labels. CIFAR-10: data_batch_1, data_batch_2, ... make the training split in the order of their numbers,
// test_batch the test split. CIFAR-100: train and test, of which the fine labels count. Nothing in a pickle is run.
#pragma once

#include <filesystem>
#include <vector>

#include "data/dataset.h"

namespace clipscope {

// The splits whose files lie in the folder and begin as pickles do; none where it holds no such files.
std::vector<Split> pickled_cifar10_splits(const std::filesystem::path& folder);
std::vector<Split> pickled_cifar100_splits(const std::filesystem::path& folder);

// Class names come from batches.meta or meta where there is one. Throws Error naming the file, also where it is larger than 1 GiB.
Dataset read_pickled_cifar10(const std::filesystem::path& folder, Split split);
Dataset read_pickled_cifar100(const std::filesystem::path& folder, Split split);

}  // namespace clipscope
