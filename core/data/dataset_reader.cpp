#include "data/dataset_reader.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <functional>
#include <new>
#include <string_view>

#include "common/error.h"
#include "common/text_list.h"
#include "data/cifar_reader.h"
#include "data/idx_reader.h"
#include "data/image_folder_reader.h"
#include "data/seen_image.h"

namespace clipscope {

namespace {

namespace fs = std::filesystem;

struct Layout {
    std::vector<Split> splits;
    std::function<Dataset(const fs::path& folder, Split split)> read;  // empty: pictures
};

bool holds_images(const fs::path& folder) {
    return !cifar10_splits(folder).empty() || !cifar100_splits(folder).empty() || !idx_splits(folder).empty();
}

// Folders that torchvision and archives make inside the one that a script names.
bool is_usual_name(const fs::path& folder) {
    constexpr std::array<std::string_view, 10> names{"raw",    "mnist", "fashionmnist",         "fashion-mnist",    "kmnist",
                                                     "emnist", "gzip",  "cifar-10-batches-bin", "cifar-100-binary", "cifar-10"};
    return std::find(names.begin(), names.end(), lower_case(folder.filename().string())) != names.end();
}

// Those of usual names that hold images, this many levels below.
void find_below(const fs::path& folder, int levels, std::vector<fs::path>& found) {
    std::error_code error, ignored;
    for (fs::directory_iterator entry(folder, error); !error && entry != fs::directory_iterator(); entry.increment(error)) {
        if (!entry->is_directory(ignored) || !is_usual_name(entry->path())) continue;
        if (holds_images(entry->path()))
            found.push_back(entry->path());
        else if (levels > 1)
            find_below(entry->path(), levels - 1, found);
    }
}

// The folder itself, or the one inside it that holds its images, as MNIST/raw does.
fs::path place_of_images(const fs::path& folder) {
    if (holds_images(folder) || !image_folder_splits(folder).empty()) return folder;
    std::vector<fs::path> found;
    find_below(folder, 2, found);
    if (found.empty()) return folder;
    if (found.size() == 1) return found.front();
    std::sort(found.begin(), found.end());
    throw Error("The folder '" + folder.string() + "' holds several data sets, '" + found[0].string() + "' and '" + found[1].string() +
                "' among them; choose one of these.");
}

// A file stands for the folder it lies in, so that one may also pick or drop a data file.
fs::path folder_of(const std::string& path) {
    std::error_code error;
    const fs::path given = fs::absolute(path, error).lexically_normal();
    if (path.empty() || error || !fs::exists(given, error)) {
        throw Error("The data folder '" + path + "' does not exist; check its name.");
    }
    if (!fs::is_directory(given, error)) return given.parent_path();
    return place_of_images(given.has_filename() ? given : given.parent_path());
}

// What Python keeps in files of its own, which only Python opens; a sentence says what to take instead.
void refuse_python_files(const fs::path& folder) {
    std::error_code error;
    if (fs::is_regular_file(folder / "data_batch_1", error) || fs::is_regular_file(folder / "test_batch", error))
        throw Error("The folder '" + folder.string() +
                    "' holds CIFAR-10 as Python pickles it; choose the binary version (cifar-10-binary.tar.gz, data_batch_1.bin, ...) of the "
                    "same images, which has the same order.");
    for (fs::directory_iterator entry(folder, error); !error && entry != fs::directory_iterator(); entry.increment(error))
        if (entry->path().extension() == ".npz")
            throw Error("'" + entry->path().string() +
                        "' is a NumPy archive, which ClipScope does not read; save its images as PNG files (Pillow's "
                        "Image.fromarray(image).save(name)) in a folder for each class, and choose that folder.");
}

Layout layout_of(const fs::path& folder) {
    if (std::vector<Split> splits = cifar10_splits(folder); !splits.empty()) return {std::move(splits), read_cifar10};
    if (std::vector<Split> splits = cifar100_splits(folder); !splits.empty()) return {std::move(splits), read_cifar100};
    if (std::vector<Split> splits = idx_splits(folder); !splits.empty()) return {std::move(splits), read_idx};
    if (std::vector<Split> splits = image_folder_splits(folder); !splits.empty()) return {std::move(splits), nullptr};
    refuse_python_files(folder);
    throw Error(
        "The folder '" + folder.string() +
        "' holds no images that ClipScope reads: neither CIFAR binary (data_batch_*.bin, test_batch.bin; train.bin, test.bin) nor IDX "
        "(train-images-idx3-ubyte, t10k-images-idx3-ubyte, plain or .gz) nor a folder of pictures for each class; choose the folder these "
        "lie in.");
}

Layout layout_with(const fs::path& folder, Split split) {
    Layout layout = layout_of(folder);
    if (std::find(layout.splits.begin(), layout.splits.end(), split) == layout.splits.end()) {
        const bool train = split == Split::train;
        throw Error("The folder '" + folder.string() + "' holds no " + (train ? "training" : "test") + " images; choose the " +
                    (train ? "test" : "training") + " split or another folder.");
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
    const fs::path path = folder_of(folder);
    return with_enough_memory(path, [&] {
        const Layout layout = layout_with(path, split);
        return layout.read ? layout.read(path, split) : read_image_folder(path, split, size);
    });
}

Dataset open_dataset_sample(const std::string& folder, Split split, const PictureSize& size, std::size_t count, std::stop_token stop) {
    const fs::path path = folder_of(folder);
    return with_enough_memory(path, [&] {
        const Layout layout = layout_with(path, split);
        if (!layout.read) return read_image_folder_sample(path, split, size, count, stop);
        const Dataset all = layout.read(path, split);
        return all.subset(spread_positions(all, count));
    });
}

bool holds_pictures(const std::string& folder) {
    return !layout_of(folder_of(folder)).read;
}

std::vector<Split> available_splits(const std::string& folder) {
    return layout_of(folder_of(folder)).splits;
}

std::string fashion_mnist_folder() {
    return "/usr/share/datasets/fashion-mnist";
}

}  // namespace clipscope
