#include "data/dataset_reader.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <functional>
#include <new>
#include <string_view>

#include "common/error.h"
#include "common/program_place.h"
#include "common/text_list.h"
#include "data/cifar_reader.h"
#include "data/idx_reader.h"
#include "data/image_folder_reader.h"
#include "data/npz_reader.h"
#include "data/pickled_cifar_reader.h"
#include "data/seen_image.h"

namespace clipscope {

namespace {

namespace fs = std::filesystem;

struct Layout {
    std::vector<Split> splits;
    std::function<Dataset(const fs::path& place, Split split)> read;  // empty: pictures
};

// What a folder's own files say, or an archive's; no splits where that is nothing.
Layout layout_of_files(const fs::path& place) {
    struct Kind {
        std::vector<Split> (*splits)(const fs::path& place);
        Dataset (*read)(const fs::path& place, Split split);
    };
    constexpr std::array<Kind, 6> kinds{{{npz_splits, read_npz},
                                         {cifar10_splits, read_cifar10},
                                         {cifar100_splits, read_cifar100},
                                         {pickled_cifar10_splits, read_pickled_cifar10},
                                         {pickled_cifar100_splits, read_pickled_cifar100},
                                         {idx_splits, read_idx}}};
    for (const Kind& kind : kinds)
        if (std::vector<Split> splits = kind.splits(place); !splits.empty()) return {std::move(splits), kind.read};
    return {};
}

bool holds_images(const fs::path& folder) {
    return !layout_of_files(folder).splits.empty();
}

// Folders that torchvision and archives make inside the one that a script names.
bool is_usual_name(const fs::path& folder) {
    constexpr std::string_view names =
        " raw gzip mnist fashionmnist fashion-mnist kmnist qmnist emnist medmnist .medmnist cifar10 cifar-10 cifar-10-batches-bin "
        "cifar-10-batches-py cifar100 cifar-100 cifar-100-binary cifar-100-python ";
    return names.find(" " + lower_case(folder.filename().string()) + " ") != std::string_view::npos;
}

// Where images lie in a folder: it or the archives in it, else folders of usual names, this many levels below.
void find_places(const fs::path& folder, int levels, std::vector<fs::path>& found) {
    if (holds_images(folder)) return found.push_back(folder);
    const std::vector<fs::path> archives = image_archives_in(folder);
    found.insert(found.end(), archives.begin(), archives.end());
    if (!archives.empty() || levels == 0) return;
    std::error_code error, ignored;
    for (fs::directory_iterator entry(folder, error); !error && entry != fs::directory_iterator(); entry.increment(error))
        if (entry->is_directory(ignored) && is_usual_name(entry->path())) find_places(entry->path(), levels - 1, found);
}

// The folder itself, or what in it holds its images, as MNIST/raw does.
fs::path place_of_images(const fs::path& folder) {
    if (holds_images(folder) || !image_folder_splits(folder).empty()) return folder;
    constexpr int levels = 2;
    std::vector<fs::path> found;
    find_places(folder, levels, found);
    if (found.empty()) return folder;
    if (found.size() == 1) return found.front();
    std::sort(found.begin(), found.end());
    throw Error("The folder '" + folder.string() + "' holds several data sets, '" + found[0].string() + "' and '" + found[1].string() +
                "' among them; choose one of these.");
}

[[noreturn]] void refuse_archive(const fs::path& file) {
    throw Error("'" + file.string() +
                "' is damaged, or a NumPy archive of other arrays than ClipScope looks for; save 8-bit images there as test_images "
                "(N×H×W or N×H×W×3) and their classes as test_labels, those for training as train_images and train_labels.");
}

bool is_called_archive(const fs::path& file) {
    return file.extension() == ".npz";
}

// A file stands for the folder it lies in, so that one may also pick or drop a data file; an archive stands for itself.
fs::path place_of(const std::string& path) {
    std::error_code error;
    const fs::path given = fs::absolute(path, error).lexically_normal();
    if (path.empty() || error || !fs::exists(given, error)) {
        throw Error("The data folder '" + path + "' does not exist; check its name.");
    }
    if (!fs::is_directory(given, error)) {
        if (is_image_archive(given)) return given;
        if (is_called_archive(given)) refuse_archive(given);
        return given.parent_path();
    }
    return place_of_images(given.has_filename() ? given : given.parent_path());
}

Layout layout_of(const fs::path& place) {
    if (Layout layout = layout_of_files(place); !layout.splits.empty()) return layout;
    if (std::vector<Split> splits = image_folder_splits(place); !splits.empty()) return {std::move(splits), nullptr};
    std::error_code error;
    for (fs::directory_iterator entry(place, error); !error && entry != fs::directory_iterator(); entry.increment(error))
        if (is_called_archive(entry->path())) refuse_archive(entry->path());
    throw Error(
        "The folder '" + place.string() +
        "' holds no images that ClipScope reads: neither CIFAR files (data_batch_*.bin, test_batch.bin; train.bin, test.bin; or Python's, "
        "data_batch_1, test_batch; train, test) nor IDX (train-images-idx3-ubyte, t10k-images-idx3-ubyte, plain or .gz) nor a NumPy "
        "archive (.npz) with test_images and test_labels nor a folder of pictures for each class; choose the folder these lie in.");
}

Layout layout_with(const fs::path& place, Split split) {
    Layout layout = layout_of(place);
    if (std::find(layout.splits.begin(), layout.splits.end(), split) == layout.splits.end()) {
        const bool train = split == Split::train;
        throw Error((fs::is_directory(place) ? "The folder '" : "The file '") + place.string() + "' holds no " +
                    (train ? "training" : "test") + " images; choose the " + (train ? "test" : "training") + " split or another folder.");
    }
    return layout;
}

template <class Read>
Dataset with_enough_memory(const fs::path& folder, const Read& read) {
    try {
        return read();
    } catch (const std::bad_alloc&) {
        throw Error("There is not enough memory to open the images in '" + folder.string() +
                    "': close other programs, raise the limit that was set (ulimit -v), or choose fewer or smaller images.");
    }
}

}  // namespace

Dataset open_dataset(const std::string& folder, Split split, const PictureSize& size) {
    const fs::path path = place_of(folder);
    return with_enough_memory(path, [&] {
        const Layout layout = layout_with(path, split);
        return layout.read ? layout.read(path, split) : read_image_folder(path, split, size);
    });
}

Dataset open_dataset_sample(const std::string& folder, Split split, const PictureSize& size, std::size_t count, std::stop_token stop) {
    const fs::path path = place_of(folder);
    return with_enough_memory(path, [&] {
        const Layout layout = layout_with(path, split);
        if (!layout.read) return read_image_folder_sample(path, split, size, count, stop);
        const Dataset all = layout.read(path, split);
        return all.subset(spread_positions(all, count));
    });
}

bool holds_pictures(const std::string& folder) {
    return !layout_of(place_of(folder)).read;
}

std::vector<Split> available_splits(const std::string& folder) {
    return layout_of(place_of(folder)).splits;
}

std::string fashion_mnist_folder() {
    constexpr const char* folder = "share/datasets/fashion-mnist";
    const std::filesystem::path beside_the_program = install_prefix() / folder;
    std::error_code ignored;
    if (std::filesystem::is_directory(beside_the_program, ignored)) return beside_the_program.string();
    return std::string("/usr/") + folder;
}

}  // namespace clipscope
