// Opens a folder of images, told apart by what lies in it: CIFAR-10 binary (*.bin of 3,073-byte records: data_batch_*.bin are the
// training split, test_batch.bin the test split) or IDX, plain or gzip (train-images-idx3-ubyte[.gz], t10k-…; also "….idx3-ubyte").
// A file inside such a folder stands for the folder.
#pragma once

#include <string>
#include <vector>

#include "data/dataset.h"

namespace clipscope {

// Throws Error (what, where, what to do) on a missing folder, one without data, truncated files, labels out of range.
Dataset open_dataset(const std::string& folder, Split split);

// The splits this folder offers, without reading the images; throws Error where there is no folder or no data in it.
std::vector<Split> available_splits(const std::string& folder);

// Where Debian's package dataset-fashion-mnist puts its files; used with the bundled networks.
std::string fashion_mnist_folder();

}  // namespace clipscope
