// Folders of class folders, as torchvision's ImageFolder has them: FOLDER/CLASS/…, or FOLDER/train/CLASS/… and FOLDER/test/CLASS/… (also
// "val", "valid", "validation"). Classes and files in alphabetical order; a class folder may hold folders of its own. The classes of test
// images are counted as those of the training images beside them are, where these have them all. Folders named with a dot first or __MACOSX
// are passed over. A table val_annotations.txt beside a folder "images" says the classes of the pictures there (Tiny ImageNet).
#pragma once

#include <cstddef>
#include <filesystem>
#include <stop_token>
#include <vector>

#include "data/dataset.h"
#include "data/image_file.h"

namespace clipscope {

// The splits whose class folders lie in the folder; class folders without a split are the test split, or the training split where the
// folder itself is called "train". None where it holds no pictures.
std::vector<Split> image_folder_splits(const std::filesystem::path& folder);

// Bytes of pixels up to which a folder's pictures are in memory. Larger folders decode a picture whenever it is asked for, and keep as much
// of what was decoded (PictureStore).
constexpr std::size_t usual_pictures_in_memory = std::size_t(64) << 20;

// Pictures of one size stay as they are unless `size` says otherwise; of several sizes they are resized to 256 and cropped to 224, and the
// dataset's name says so. One channel where all of them are grey. Files that cannot be read are left out and listed
// (Dataset::skipped_files()); more than a hundredth of all, or 10 of fewer than a thousand, throw Error. Beside the pixels that stay in
// memory, one picture is held at a time; std::bad_alloc where even that is too much.
Dataset read_image_folder(const std::filesystem::path& folder, Split split, const PictureSize& size,
                          std::size_t most_in_memory = usual_pictures_in_memory);

// Only up to `count` of them, spread over the classes; those read until it is stopped.
Dataset read_image_folder_sample(const std::filesystem::path& folder, Split split, const PictureSize& size, std::size_t count,
                                 std::stop_token stop);

}  // namespace clipscope
