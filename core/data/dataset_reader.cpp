#include "data/dataset_reader.h"

#include <algorithm>
#include <filesystem>

#include "common/error.h"
#include "data/cifar10_reader.h"
#include "data/idx_reader.h"

namespace clipscope {

namespace {

namespace fs = std::filesystem;

struct Layout {
    std::vector<Split> splits;
    Dataset (*read)(const fs::path& folder, Split split);
};

// A file stands for the folder it lies in, so that one may also pick or drop a data file.
fs::path folder_of(const std::string& path) {
    std::error_code error;
    const fs::path given = fs::absolute(path, error).lexically_normal();
    if (path.empty() || error || !fs::exists(given, error)) {
        throw Error("The data folder '" + path + "' does not exist; check its name.");
    }
    if (!fs::is_directory(given, error)) return given.parent_path();
    return given.has_filename() ? given : given.parent_path();
}

Layout layout_of(const fs::path& folder) {
    if (std::vector<Split> splits = cifar10_splits(folder); !splits.empty()) return {std::move(splits), read_cifar10};
    if (std::vector<Split> splits = idx_splits(folder); !splits.empty()) return {std::move(splits), read_idx};
    throw Error("The folder '" + folder.string() +
                "' holds no images that ClipScope reads: neither CIFAR-10 (data_batch_*.bin, test_batch.bin) nor IDX "
                "(train-images-idx3-ubyte, t10k-images-idx3-ubyte, plain or .gz); choose the folder these files lie in.");
}

}  // namespace

Dataset open_dataset(const std::string& folder, Split split) {
    const fs::path path = folder_of(folder);
    const Layout layout = layout_of(path);
    if (std::find(layout.splits.begin(), layout.splits.end(), split) == layout.splits.end()) {
        const bool train = split == Split::train;
        throw Error("The folder '" + path.string() + "' holds no " + (train ? "training" : "test") + " images; choose the " +
                    (train ? "test" : "training") + " split or another folder.");
    }
    return layout.read(path, split);
}

std::vector<Split> available_splits(const std::string& folder) {
    return layout_of(folder_of(folder)).splits;
}

std::string fashion_mnist_folder() {
    return "/usr/share/datasets/fashion-mnist";
}

}  // namespace clipscope
