#include "data/pickled_cifar_reader.h"

#include <algorithm>
#include <fstream>
#include <string>
#include <string_view>
#include <utility>

#include "archives/pickle_tree.h"
#include "common/error.h"
#include "data/cifar_reader.h"
#include "data/gzip_file.h"
#include "data/pickled_array.h"

namespace clipscope {

namespace {

namespace fs = std::filesystem;

constexpr ImageShape picture_shape{3, 32, 32};
constexpr std::uint64_t max_pickle_size = std::uint64_t(1) << 30;
constexpr std::size_t max_classes = 256;

// What the two data sets do not share.
struct PickledLayout {
    std::string name;
    std::string training_file;
    bool is_numbered;  // training_file is the beginning of several
    std::string test_file;
    std::string labels_key;
    std::string names_file, names_key;
    std::vector<std::string> (*usual_classes)();
};

const PickledLayout pickled_cifar10{"CIFAR-10", "data_batch_",  true,          "test_batch",
                                    "labels",   "batches.meta", "label_names", cifar10_classes};
const PickledLayout pickled_cifar100{"CIFAR-100", "train", false, "test", "fine_labels", "meta", "fine_label_names", cifar100_classes};

// Protocols 2 to 5 begin with their number; text files and others of these names do not.
bool is_pickle(const fs::path& path) {
    std::error_code error;
    if (!fs::is_regular_file(path, error)) return false;
    std::ifstream file(path, std::ios::binary);
    const int first = file.get(), protocol = file.get();
    return first == 0x80 && protocol >= 2 && protocol <= 5;
}

// Of a file of the training split; nothing for others.
std::optional<std::uint64_t> number_of(const PickledLayout& layout, const std::string& file_name) {
    constexpr std::size_t most_digits = 9;
    if (!layout.is_numbered) return file_name == layout.training_file ? std::optional<std::uint64_t>(0) : std::nullopt;
    if (!file_name.starts_with(layout.training_file)) return std::nullopt;
    const std::string digits = file_name.substr(layout.training_file.size());
    const bool is_number = !digits.empty() && digits.size() <= most_digits && digits.find_first_not_of("0123456789") == std::string::npos;
    return is_number ? std::optional<std::uint64_t>(std::stoull(digits)) : std::nullopt;
}

std::vector<fs::path> files_of(const PickledLayout& layout, const fs::path& folder, Split split) {
    if (split == Split::test) {
        const fs::path file = folder / layout.test_file;
        return is_pickle(file) ? std::vector{file} : std::vector<fs::path>{};
    }
    std::vector<std::pair<std::uint64_t, fs::path>> numbered;
    std::error_code error;
    for (fs::directory_iterator entry(folder, error); !error && entry != fs::directory_iterator(); entry.increment(error))
        if (const auto number = number_of(layout, entry->path().filename().string()); number && is_pickle(entry->path()))
            numbered.emplace_back(*number, entry->path());
    std::sort(numbered.begin(), numbered.end());
    std::vector<fs::path> files;
    for (auto& [number, file] : numbered) files.push_back(std::move(file));
    return files;
}

std::vector<Split> splits_of(const PickledLayout& layout, const fs::path& folder) {
    std::vector<Split> splits;
    for (const Split split : {Split::train, Split::test})
        if (!files_of(layout, folder, split).empty()) splits.push_back(split);
    return splits;
}

// Calls `use` with what the file's pickle would build. A sentence about the file where that throws.
template <class Use>
auto with_pickle(const fs::path& path, const Use& use) {
    GzipFile file(path);
    const std::uint64_t size = file.content_bound();
    if (size > max_pickle_size) throw Error(file.name() + " is larger than 1 GiB, too large for a CIFAR file; split it into several.");
    const std::vector<std::uint8_t> bytes = file.read(size);
    try {
        return use(PickleTree({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, is_array_global));
    } catch (const Error& error) {
        throw Error(file.name() + " cannot be read: " + error.what() + "; copy or download it again.");
    }
}

const PickleNode& entry(const PickleTree& tree, const std::string& key) {
    const PickleNode* node = tree.find(tree.root(), key);
    if (node == nullptr) throw Error("it is no CIFAR file, since it holds no dictionary with the key '" + key + "'");
    return *node;
}

NumpyArray array_in(const PickleTree& tree, const PickleNode& node, const std::string& key) {
    try {
        if (const auto array = array_at(tree, node)) return *array;
    } catch (const Error& error) {
        throw Error("the array " + key + " " + error.what());
    }
    throw Error("'" + key + "' is no array");
}

std::vector<std::int32_t> labels_in(const PickleTree& tree, const std::string& key) {
    const PickleNode& node = entry(tree, key);
    if (node.kind != PickleKind::list) return class_labels(array_in(tree, node, key));
    std::vector<std::int32_t> labels;
    labels.reserve(node.items.size());
    for (const PickleId id : node.items) {
        const PickleNode& label = tree.at(id);
        if (label.kind == PickleKind::integer && label.integer >= 0 && label.integer < most_classes) {
            labels.push_back(std::int32_t(label.integer));
        } else if (std::optional<NumpyArray> number = array_at(tree, label); number && number->shape.empty()) {
            number->shape = {1};
            labels.push_back(class_labels(*number)[0]);
        } else {
            throw Error("label " + std::to_string(labels.size()) + " under '" + key + "' is no class");
        }
    }
    return labels;
}

void append_images(const PickledLayout& layout, const PickleTree& tree, std::size_t classes, std::vector<std::uint8_t>& pixels,
                   std::vector<std::int32_t>& labels) {
    const NumpyArray data = array_in(tree, entry(tree, "data"), "data");
    const bool is_of_bytes = data.kind == 'u' && data.item_size == 1;
    if (!is_of_bytes || data.shape.size() != 2 || data.shape[1] != picture_shape.pixels())
        throw Error("the array data has the shape " + shape_text(data) + (is_of_bytes ? "" : " and no 8-bit pixels") +
                    ", where CIFAR has N×3072 bytes");
    const std::vector<std::int32_t> some = labels_in(tree, layout.labels_key);
    if (some.size() != data.shape[0])
        throw Error("it holds " + std::to_string(data.shape[0]) + " images, but " + std::to_string(some.size()) + " labels");
    const auto wrong = std::ranges::find_if(some, [&](std::int32_t label) { return std::size_t(label) >= classes; });
    if (wrong != some.end())
        throw Error("image " + std::to_string(wrong - some.begin()) + " has the label " + std::to_string(*wrong) + ", but there are " +
                    std::to_string(classes) + " classes, 0 to " + std::to_string(classes - 1));
    const std::vector<std::uint8_t> bytes = row_major_bytes(data);
    pixels.insert(pixels.end(), bytes.begin(), bytes.end());
    labels.insert(labels.end(), some.begin(), some.end());
}

std::vector<std::string> class_names_of(const PickledLayout& layout, const fs::path& folder) {
    const fs::path path = folder / layout.names_file;
    if (!is_pickle(path)) return layout.usual_classes();
    return with_pickle(path, [&](const PickleTree& tree) {
        const PickleNode& list = entry(tree, layout.names_key);
        if (list.kind != PickleKind::list || list.items.empty() || list.items.size() > max_classes)
            throw Error("'" + layout.names_key + "' is no list of class names");
        std::vector<std::string> names;
        for (const PickleId id : list.items) names.push_back(tree.at(id).text);
        if (std::ranges::any_of(names, &std::string::empty)) throw Error("'" + layout.names_key + "' lacks the name of a class");
        return names;
    });
}

Dataset read(const PickledLayout& layout, const fs::path& folder, Split split) {
    std::vector<std::string> classes = class_names_of(layout, folder);
    std::vector<std::uint8_t> pixels;
    std::vector<std::int32_t> labels;
    for (const fs::path& file : files_of(layout, folder, split))
        with_pickle(file, [&](const PickleTree& tree) { append_images(layout, tree, classes.size(), pixels, labels); });
    return {layout.name + " " + to_string(split), picture_shape, std::move(pixels), std::move(labels), std::move(classes)};
}

}  // namespace

std::vector<Split> pickled_cifar10_splits(const fs::path& folder) {
    return splits_of(pickled_cifar10, folder);
}

std::vector<Split> pickled_cifar100_splits(const fs::path& folder) {
    return splits_of(pickled_cifar100, folder);
}

Dataset read_pickled_cifar10(const fs::path& folder, Split split) {
    return read(pickled_cifar10, folder, split);
}

Dataset read_pickled_cifar100(const fs::path& folder, Split split) {
    return read(pickled_cifar100, folder, split);
}

}  // namespace clipscope
