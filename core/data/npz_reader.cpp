#include "data/npz_reader.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>

#include "archives/zip_archive.h"
#include "common/error.h"
#include "data/numpy_array.h"

namespace clipscope {

namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t max_array_size = std::uint64_t(4) << 30;
constexpr std::string_view zip_start("PK\3\4", 4);

// The two arrays of a split.
struct Names {
    Split split;
    std::string_view images, labels;
};

// In the order in which they are looked for.
constexpr std::array<Names, 5> known_names{{{Split::train, "train_images", "train_labels"},
                                            {Split::test, "test_images", "test_labels"},
                                            {Split::test, "val_images", "val_labels"},
                                            {Split::train, "x_train", "y_train"},
                                            {Split::test, "x_test", "y_test"}}};

std::string record_name(std::string_view array) {
    return std::string(array) + ".npy";
}

class NpzFile {
public:
    // Throws Error with a clause where it is no sound zip archive.
    explicit NpzFile(const fs::path& path) : file_(path, std::ios::binary), archive_(file_, ZipArchive::Names::any) {}

    bool has(std::string_view array) const { return archive_.find(record_name(array)) != nullptr; }
    const Names* names_of(Split split) const {
        const auto found = std::ranges::find_if(known_names, [&](const Names& n) { return n.split == split && has(n.images); });
        return found == known_names.end() ? nullptr : &*found;
    }

    // Calls `use` with an array; the sentence begins with the array's name where that throws.
    template <class Use>
    auto with_array(std::string_view name, const Use& use) const {
        const ZipRecord* record = archive_.find(record_name(name));
        if (record == nullptr) throw Error("it lacks the array " + std::string(name));
        const std::string content = archive_.read(*record, max_array_size);
        try {
            return use(parse_npy(content));
        } catch (const Error& error) {
            throw Error("the array " + std::string(name) + " " + error.what());
        }
    }

private:
    std::ifstream file_;
    ZipArchive archive_;
};

bool begins_as_zip(const fs::path& path) {
    std::error_code error;
    if (!fs::is_regular_file(path, error)) return false;
    std::array<char, zip_start.size()> start{};
    std::ifstream file(path, std::ios::binary);
    return file.read(start.data(), start.size()) && std::string_view(start.data(), start.size()) == zip_start;
}

// The highest label of all splits says how many classes there are: the images of one split may lack some.
std::size_t count_classes(const NpzFile& file, const std::vector<std::int32_t>& labels) {
    std::int32_t highest = *std::ranges::max_element(labels);
    for (const Names& names : known_names) {
        if (!file.has(names.labels)) continue;
        const std::vector<std::int32_t> others = file.with_array(names.labels, class_labels);
        for (const std::int32_t label : others) highest = std::max(highest, label);
    }
    return std::size_t(highest) + 1;
}

Dataset read(const NpzFile& file, const Names& names, const std::string& title) {
    std::vector<std::int32_t> labels = file.with_array(names.labels, class_labels);
    ImageShape shape;
    std::vector<std::uint8_t> pixels = file.with_array(names.images, [&](const NumpyArray& array) {
        shape = image_shape_of(array);
        if (array.shape[0] != labels.size())
            throw Error("holds " + std::to_string(array.shape[0]) + " images, but " + std::string(names.labels) + " " +
                        std::to_string(labels.size()) + " labels");
        return image_planes(array);
    });
    std::vector<std::string> classes(count_classes(file, labels));
    for (std::size_t i = 0; i < classes.size(); ++i) classes[i] = std::to_string(i);
    return {title, shape, std::move(pixels), std::move(labels), std::move(classes)};
}

}  // namespace

bool is_image_archive(const fs::path& file) {
    return !npz_splits(file).empty();
}

std::vector<fs::path> image_archives_in(const fs::path& folder) {
    std::vector<fs::path> archives;
    std::error_code error;
    for (fs::directory_iterator entry(folder, error); !error && entry != fs::directory_iterator(); entry.increment(error))
        if (entry->path().extension() == ".npz" && is_image_archive(entry->path())) archives.push_back(entry->path());
    std::sort(archives.begin(), archives.end());
    return archives;
}

std::vector<Split> npz_splits(const fs::path& file) {
    std::vector<Split> splits;
    if (!begins_as_zip(file)) return splits;
    try {
        const NpzFile archive(file);
        for (const Split split : {Split::train, Split::test})
            if (archive.names_of(split) != nullptr) splits.push_back(split);
    } catch (const Error&) {
        return {};
    }
    return splits;
}

Dataset read_npz(const fs::path& file, Split split) {
    try {
        const NpzFile archive(file);
        const Names* names = archive.names_of(split);
        if (names == nullptr) throw Error("it holds no " + std::string(split == Split::train ? "training" : "test") + " images");
        return read(archive, *names, file.stem().string() + " " + to_string(split));
    } catch (const Error& error) {
        throw Error("'" + file.string() + "' cannot be read: " + error.what() + "; save it again with numpy.savez, or download it again.");
    }
}

}  // namespace clipscope
