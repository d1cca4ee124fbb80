// Images in one NumPy archive (.npz), compressed or not: arrays train_images, train_labels, val_... and test_... as MedMNIST has them, or
// x_train, y_train, x_test, y_test as Keras keeps MNIST. Images are 8-bit, N×H×W or N×H×W×3, labels N or N×1 whole numbers from 0. Where
// there are no test images the validation images stand for them.
#pragma once

#include <filesystem>
#include <vector>

#include "data/dataset.h"

namespace clipscope {

// Whether a file is such an archive, by its directory alone.
bool is_image_archive(const std::filesystem::path& file);

// Those in a folder, in alphabetical order.
std::vector<std::filesystem::path> image_archives_in(const std::filesystem::path& folder);

// The splits that an archive offers; none where it is no such archive.
std::vector<Split> npz_splits(const std::filesystem::path& file);

// Classes are numbered, from 0 to the highest label of any split; the data set is called as the file. Throws Error naming file and array.
// No array of more than 4 GiB is read.
Dataset read_npz(const std::filesystem::path& file, Split split);

}  // namespace clipscope
