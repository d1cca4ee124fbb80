#include "data/cifar_reader.h"

#include <algorithm>
#include <cctype>
#include <fstream>
#include <string>
#include <string_view>

#include "common/error.h"

namespace clipscope {

namespace {

namespace fs = std::filesystem;

constexpr ImageShape image_shape = {3, 32, 32};

// What the two data sets do not share.
struct BinaryLayout {
    std::string name;
    std::size_t label_bytes;  // before the pixels; the last is the label
    std::string names_file;
    std::string test_file;
    std::string training_start, training_end;

    std::size_t record_size() const { return label_bytes + image_shape.pixels(); }
};

const BinaryLayout cifar10{"CIFAR-10", 1, "batches.meta.txt", "test_batch.bin", "data_batch_", ".bin"};
const BinaryLayout cifar100{"CIFAR-100", 2, "fine_label_names.txt", "test.bin", "train.bin", ""};

constexpr std::uintmax_t max_binary_size = std::uintmax_t(4) << 30;
constexpr std::size_t max_label_count = 256;  // a label is one byte

bool is_digit(char c) {
    return std::isdigit(static_cast<unsigned char>(c)) != 0;
}

// Orders runs of digits by their value: data_batch_2.bin comes before data_batch_10.bin.
bool natural_less(std::string_view a, std::string_view b) {
    const auto digits = [](std::string_view text) {
        return static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), is_digit) - text.begin());
    };
    std::string_view left = a;
    std::string_view right = b;
    while (!left.empty() && !right.empty()) {
        if (is_digit(left[0]) && is_digit(right[0])) {
            // Without leading zeros the longer number is the larger one.
            left.remove_prefix(std::min(left.find_first_not_of('0'), left.size()));
            right.remove_prefix(std::min(right.find_first_not_of('0'), right.size()));
            const std::size_t n = digits(left);
            const std::size_t m = digits(right);
            if (n != m) return n < m;
            if (const int order = left.substr(0, n).compare(right.substr(0, m)); order != 0) return order < 0;
            left.remove_prefix(n);
            right.remove_prefix(m);
        } else {
            if (left[0] != right[0]) return left[0] < right[0];
            left.remove_prefix(1);
            right.remove_prefix(1);
        }
    }
    if (left.empty() != right.empty()) return left.empty();
    return a < b;  // equal but for leading zeros
}

bool belongs_to(const BinaryLayout& layout, const std::string& file_name, Split split) {
    if (split == Split::test) return file_name == layout.test_file;
    return file_name.starts_with(layout.training_start) && file_name.ends_with(layout.training_end);
}

std::vector<fs::path> files_of(const BinaryLayout& layout, const fs::path& folder, Split split) {
    std::vector<fs::path> files;
    std::error_code error;
    for (fs::directory_iterator entry(folder, error); !error && entry != fs::directory_iterator(); entry.increment(error)) {
        if (belongs_to(layout, entry->path().filename().string(), split)) files.push_back(entry->path());
    }
    if (error) throw Error("The folder '" + folder.string() + "' cannot be listed: " + error.message() + ".");
    std::sort(files.begin(), files.end(),
              [](const fs::path& a, const fs::path& b) { return natural_less(a.filename().string(), b.filename().string()); });
    return files;
}

std::vector<std::string> class_names_of(const BinaryLayout& layout, const fs::path& folder) {
    std::vector<std::string> names;
    std::ifstream file(folder / layout.names_file);
    for (std::string line; names.size() < max_label_count && std::getline(file, line);) {
        while (!line.empty() && std::isspace(static_cast<unsigned char>(line.back())) != 0) line.pop_back();
        if (!line.empty()) names.push_back(line);
    }
    if (!names.empty()) return names;
    return layout.label_bytes == 2 ? cifar100_classes() : cifar10_classes();
}

std::size_t count_records(const BinaryLayout& layout, const fs::path& path) {
    const std::string name = "'" + path.string() + "'";
    std::error_code error;
    const std::uintmax_t size = fs::is_regular_file(path, error) ? fs::file_size(path, error) : 0;
    if (error) throw Error(name + " cannot be read: " + error.message() + ".");
    if (size == 0) throw Error(name + " is empty; copy or download it again.");
    if (size > max_binary_size) throw Error(name + " is larger than 4 GiB, too large for a CIFAR file; split it into several.");
    if (size % layout.record_size() != 0) {
        throw Error(name + " is truncated or no " + layout.name + " file: its " + std::to_string(size) +
                    " bytes are not a whole number of " + std::to_string(layout.record_size()) +
                    "-byte records; copy or download it again.");
    }
    return size / layout.record_size();
}

void append_records(const BinaryLayout& layout, const fs::path& path, std::size_t classes, std::vector<std::uint8_t>& pixels,
                    std::vector<std::int32_t>& labels) {
    const std::size_t records = count_records(layout, path);
    std::ifstream file(path, std::ios::binary);
    pixels.reserve(pixels.size() + records * image_shape.pixels());
    labels.reserve(labels.size() + records);
    std::vector<char> record(layout.record_size());
    for (std::size_t i = 0; i < records; ++i) {
        if (!file.read(record.data(), std::streamsize(record.size()))) {
            throw Error("'" + path.string() + "' cannot be read beyond image " + std::to_string(i) +
                        "; check its permissions and the disk.");
        }
        const auto label = static_cast<std::uint8_t>(record[layout.label_bytes - 1]);
        if (label >= classes) {
            throw Error("'" + path.string() + "' is damaged or no " + layout.name + " file: image " + std::to_string(i) +
                        " has the label " + std::to_string(label) + ", but there are " + std::to_string(classes) + " classes, 0 to " +
                        std::to_string(classes - 1) + ".");
        }
        labels.push_back(label);
        pixels.insert(pixels.end(), record.begin() + std::ptrdiff_t(layout.label_bytes), record.end());
    }
}

std::vector<Split> splits_of(const BinaryLayout& layout, const fs::path& folder) {
    std::vector<Split> splits;
    for (const Split split : {Split::train, Split::test}) {
        if (!files_of(layout, folder, split).empty()) splits.push_back(split);
    }
    return splits;
}

Dataset read(const BinaryLayout& layout, const fs::path& folder, Split split) {
    std::vector<std::string> class_names = class_names_of(layout, folder);
    std::vector<std::uint8_t> pixels;
    std::vector<std::int32_t> labels;
    for (const fs::path& file : files_of(layout, folder, split)) append_records(layout, file, class_names.size(), pixels, labels);
    return {layout.name + " " + to_string(split), image_shape, std::move(pixels), std::move(labels), std::move(class_names)};
}

}  // namespace

std::vector<std::string> cifar10_classes() {
    return {"airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"};
}

std::vector<std::string> cifar100_classes() {
    std::vector<std::string> names;
    for (int i = 0; i < 100; ++i) names.push_back(std::to_string(i));
    return names;
}

std::vector<Split> cifar10_splits(const fs::path& folder) {
    return splits_of(cifar10, folder);
}

std::vector<Split> cifar100_splits(const fs::path& folder) {
    return splits_of(cifar100, folder);
}

Dataset read_cifar10(const fs::path& folder, Split split) {
    return read(cifar10, folder, split);
}

Dataset read_cifar100(const fs::path& folder, Split split) {
    return read(cifar100, folder, split);
}

}  // namespace clipscope
