// The IDX layout of the MNIST family (http://yann.lecun.com/exdb/mnist): one file of images, one of labels a split, plain or gzip, named
// train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-… for the test split; `.` before idx and `.gz` at the end are accepted.
#pragma once

#include <filesystem>
#include <vector>

#include "data/dataset.h"

namespace clipscope {

// The splits whose images lie in the folder; none where it holds no IDX images.
std::vector<Split> idx_splits(const std::filesystem::path& folder);

// Fashion-MNIST's class names where the folder or its parent is named so, EMNIST's where its files are named so (the labels of its letters,
// which begin at 1, one less), otherwise the digits (numbers, where labels go beyond 9). Throws Error naming the file, or where several of
// EMNIST's sets lie in the folder.
Dataset read_idx(const std::filesystem::path& folder, Split split);

}  // namespace clipscope
