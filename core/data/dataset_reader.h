// Opens a folder of images, told apart by what lies in it: CIFAR-10 binary (*.bin of 3,073-byte records: data_batch_*.bin are the
// training split, test_batch.bin the test split), CIFAR-100 binary (train.bin, test.bin), both as pickled for Python (data_batch_1, ...,
// test_batch; train, test), IDX, plain or gzip (train-images-idx3-ubyte[.gz], t10k-…; also "….idx3-ubyte"), one NumPy archive (.npz, as of
// MedMNIST), or a folder of pictures for each class. A NumPy archive may be named itself; another data file inside such a folder stands for
// the folder. Where the folder holds none of this, folders inside it of the names that torchvision and archives give are looked into, two
// levels deep: "MNIST/raw", "cifar-10-batches-py".
#pragma once

#include <cstddef>
#include <stop_token>
#include <string>
#include <vector>

#include "data/dataset.h"
#include "data/image_file.h"

namespace clipscope {

// Throws Error (what, where, what to do) on a missing folder, one without data, truncated files, labels out of range, too little memory.
// `size` concerns pictures only. CIFAR and IDX files and archives are in memory as a whole; so are pictures where they are few, else they are decoded
// when asked for (image_folder_reader.h).
Dataset open_dataset(const std::string& folder, Split split, const PictureSize& size = {});

// Up to `count` images spread evenly over the classes. Of pictures only these are read, and where they cannot be read none takes their
// place; one that is stopped holds those read so far. Throws what open_dataset() throws.
Dataset open_dataset_sample(const std::string& folder, Split split, const PictureSize& size, std::size_t count, std::stop_token stop = {});

// Whether pictures lie there, whose size is to be chosen; throws Error where there is no folder or no data in it.
bool holds_pictures(const std::string& folder);

// The splits this folder offers, without reading the images; throws Error where there is no folder or no data in it.
std::vector<Split> available_splits(const std::string& folder);

// Fashion-MNIST, used with the bundled networks: what came with this program, otherwise where Debian's package dataset-fashion-mnist puts its files.
std::string fashion_mnist_folder();

}  // namespace clipscope
