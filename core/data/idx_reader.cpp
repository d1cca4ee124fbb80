#include "data/idx_reader.h"

#include <algorithm>
#include <cctype>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "common/error.h"
#include "common/number_text.h"
#include "data/gzip_file.h"

namespace clipscope {

namespace {

namespace fs = std::filesystem;

constexpr std::uint32_t images_magic = 0x00000803;
constexpr std::uint32_t labels_magic = 0x00000801;
constexpr std::uint64_t max_content_size = std::uint64_t(4) << 30;
constexpr std::uint32_t max_extent = 65535;
constexpr std::size_t image_header_size = 16;
constexpr std::size_t label_header_size = 8;

// What a data set is called, and its classes where the name settles them.
struct Family {
    std::string name;
    std::vector<std::string> class_names;
};

// EMNIST keeps several sets side by side, each in files of its own name: "emnist-letters-train-images-idx3-ubyte".
constexpr std::string_view emnist_start = "emnist-";

std::string stem_of(Split split, const std::string& emnist_set) {
    if (emnist_set.empty()) return split == Split::train ? "train" : "t10k";
    return std::string(emnist_start) + emnist_set + (split == Split::train ? "-train" : "-test");
}

// `kind` is "images-idx3-ubyte" or "labels-idx1-ubyte", with either separator before idx.
std::optional<fs::path> find_file(const fs::path& folder, const std::string& stem, const std::string& kind) {
    std::string dotted = kind;
    dotted[dotted.find('-')] = '.';
    for (const char* ending : {"", ".gz"}) {
        for (const std::string& name : {kind, dotted}) {
            const fs::path path = folder / (stem + "-" + name + ending);
            std::error_code error;
            if (fs::is_regular_file(path, error)) return path;
        }
    }
    return std::nullopt;
}

// "letters", "digits", ...: those whose images lie in the folder.
std::set<std::string> emnist_sets(const fs::path& folder) {
    std::set<std::string> sets;
    std::error_code error;
    for (fs::directory_iterator entry(folder, error); !error && entry != fs::directory_iterator(); entry.increment(error)) {
        const std::string name = entry->path().filename().string();
        for (const std::string_view middle : {"-train-images", "-test-images"})
            if (const std::size_t end = name.find(middle);
                name.starts_with(emnist_start) && end != std::string::npos && end > emnist_start.size())
                sets.insert(name.substr(emnist_start.size(), end - emnist_start.size()));
    }
    return sets;
}

// Which of EMNIST's sets lies in the folder; empty where images lie there under the usual names. Throws Error where there are several.
std::string chosen_emnist_set(const fs::path& folder) {
    for (const Split split : {Split::train, Split::test})
        if (find_file(folder, stem_of(split, {}), "images-idx3-ubyte")) return {};
    const std::set<std::string> sets = emnist_sets(folder);
    if (sets.size() < 2) return sets.empty() ? std::string() : *sets.begin();
    std::string names;
    for (const std::string& set : sets) names += (names.empty() ? "" : ", ") + set;
    throw Error("The folder '" + folder.string() + "' holds several sets of EMNIST (" + names +
                "); put the files of one of them into a folder of their own and choose that.");
}

// The characters of each set in the order of its labels; none for one that is not known.
std::vector<std::string> emnist_classes(const std::string& set) {
    std::string characters;
    if (set == "letters") characters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    if (set == "balanced" || set == "bymerge") characters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabdefghnqrt";
    if (set == "byclass") characters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    std::vector<std::string> names;
    for (const char character : characters) names.emplace_back(1, character);
    return names;
}

std::uint32_t big_endian(std::span<const std::uint8_t> bytes, std::size_t word) {
    const auto byte = [&](std::size_t i) { return std::uint32_t(bytes[4 * word + i]); };
    return byte(0) << 24 | byte(1) << 16 | byte(2) << 8 | byte(3);
}

std::vector<std::uint8_t> read_header(GzipFile& file, std::size_t size, std::uint32_t magic, const std::string& what) {
    std::vector<std::uint8_t> header = file.read(size);
    if (big_endian(header, 0) != magic) {
        throw Error(file.name() + " is no IDX file of " + what + ": it begins with " + hexadecimal(big_endian(header, 0)) + " instead of " +
                    hexadecimal(magic) + "; copy or download it again.");
    }
    if (big_endian(header, 1) == 0) throw Error(file.name() + " holds no " + what + "; copy or download it again.");
    return header;
}

// Before anything is allocated: can the file hold what its header claims?
void check_claim(const GzipFile& file, std::uint64_t count, std::uint64_t item_size, std::size_t header_size, const std::string& what) {
    if (count > max_content_size / item_size) {
        throw Error(file.name() + " claims " + std::to_string(count) + " " + what + " of " + std::to_string(item_size) +
                    " bytes, more than the 4 GiB that ClipScope loads; if that is not what it should hold, copy or download it again.");
    }
    if (header_size + count * item_size > file.content_bound()) {
        throw Error(file.name() + " is truncated: its header claims " + std::to_string(count) + " " + what + " of " +
                    std::to_string(item_size) + " bytes, more than the file can hold; copy or download it again.");
    }
}

struct Images {
    ImageShape shape;
    std::uint32_t count = 0;
    std::vector<std::uint8_t> pixels;
};

// The header alone, checked; the pixels stay in the file.
Images read_images_header(GzipFile& file) {
    const std::vector<std::uint8_t> header = read_header(file, image_header_size, images_magic, "images");
    const std::uint32_t height = big_endian(header, 2);
    const std::uint32_t width = big_endian(header, 3);
    if (height == 0 || width == 0 || height > max_extent || width > max_extent) {
        throw Error(file.name() + " claims images of " + std::to_string(height) + "×" + std::to_string(width) +
                    " pixels; each side must be 1 … 65535, so the file is damaged: copy or download it again.");
    }
    Images images{{1, static_cast<int>(height), static_cast<int>(width)}, big_endian(header, 1), {}};
    check_claim(file, images.count, images.shape.pixels(), image_header_size, "images");
    return images;
}

std::vector<std::uint8_t> read_labels(GzipFile& file) {
    const std::vector<std::uint8_t> header = read_header(file, label_header_size, labels_magic, "labels");
    const std::uint32_t count = big_endian(header, 1);
    check_claim(file, count, 1, label_header_size, "labels");
    std::vector<std::uint8_t> labels = file.read(count);
    file.expect_end();
    return labels;
}

std::string lower_case(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return text;
}

// The folder's own name decides, or its parent's (…/FashionMNIST/raw); folders further out say nothing about the data.
Family family_of(const fs::path& folder) {
    for (const fs::path& part : {folder, folder.parent_path()}) {
        const std::string name = lower_case(part.filename().string());
        if (name.find("fashion") != std::string::npos) {
            return {"Fashion-MNIST",
                    {"T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"}};
        }
        if (name.find("mnist") != std::string::npos) return {name == "mnist" ? "MNIST" : part.filename().string(), {}};
    }
    return {folder.filename().string(), {}};
}

std::vector<std::string> numbered_classes(const std::vector<std::uint8_t>& labels) {
    const std::uint8_t last = std::max<std::uint8_t>(9, *std::max_element(labels.begin(), labels.end()));
    std::vector<std::string> names;
    for (int i = 0; i <= last; ++i) names.push_back(std::to_string(i));
    return names;
}

void check_labels(const GzipFile& file, const std::vector<std::uint8_t>& labels, const Family& family) {
    const auto wrong = std::find_if(labels.begin(), labels.end(), [&](std::uint8_t label) { return label >= family.class_names.size(); });
    if (wrong == labels.end()) return;
    throw Error(file.name() + " is damaged: image " + std::to_string(wrong - labels.begin()) + " has the label " + std::to_string(*wrong) +
                ", but " + family.name + " has " + std::to_string(family.class_names.size()) + " classes, 0 to " +
                std::to_string(family.class_names.size() - 1) + "; copy or download it again.");
}

}  // namespace

std::vector<Split> idx_splits(const fs::path& folder) {
    const std::set<std::string> sets = emnist_sets(folder);
    const auto has_images = [&](Split split) {
        const auto has = [&](const std::string& set) { return find_file(folder, stem_of(split, set), "images-idx3-ubyte").has_value(); };
        return has({}) || std::any_of(sets.begin(), sets.end(), has);
    };
    std::vector<Split> splits;
    for (const Split split : {Split::train, Split::test})
        if (has_images(split)) splits.push_back(split);
    return splits;
}

Dataset read_idx(const fs::path& folder, Split split) {
    const std::string set = chosen_emnist_set(folder), stem = stem_of(split, set);
    const std::optional<fs::path> images_path = find_file(folder, stem, "images-idx3-ubyte");
    const std::optional<fs::path> labels_path = find_file(folder, stem, "labels-idx1-ubyte");
    if (!images_path || !labels_path) {
        throw Error("The folder '" + folder.string() + "' lacks '" + stem +
                    (images_path ? "-labels-idx1-ubyte', the labels of its images" : "-images-idx3-ubyte'") +
                    "; copy it there, plain or .gz.");
    }
    GzipFile labels_file(*labels_path);
    GzipFile images_file(*images_path);
    std::vector<std::uint8_t> labels = read_labels(labels_file);
    Images images = read_images_header(images_file);
    if (images.count != labels.size()) {
        throw Error(images_file.name() + " holds " + std::to_string(images.count) + " images, but " + labels_file.name() + " holds " +
                    std::to_string(labels.size()) + " labels; both files must come from the same data set.");
    }
    Family family = family_of(folder);
    if (!set.empty()) family = {"EMNIST " + set, emnist_classes(set)};
    // The letters are counted from 1, the outputs of a network from 0.
    if (set == "letters" && *std::min_element(labels.begin(), labels.end()) > 0)
        for (std::uint8_t& label : labels) --label;
    if (family.class_names.empty()) family.class_names = numbered_classes(labels);
    check_labels(labels_file, labels, family);
    images.pixels = images_file.read(images.count * std::uint64_t(images.shape.pixels()));
    images_file.expect_end();
    return {family.name + " " + to_string(split), images.shape, std::move(images.pixels),
            std::vector<std::int32_t>(labels.begin(), labels.end()), std::move(family.class_names)};
}

}  // namespace clipscope
