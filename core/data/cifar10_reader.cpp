#include "data/cifar10_reader.h"

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
constexpr std::size_t record_size = 3073;
constexpr std::uintmax_t max_file_size = std::uintmax_t(4) << 30;
constexpr std::size_t max_classes = 256;  // a label is one byte

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

bool belongs_to(const std::string& file_name, Split split) {
    if (split == Split::test) return file_name == "test_batch.bin";
    return file_name.starts_with("data_batch_") && file_name.ends_with(".bin");
}

std::vector<fs::path> files_of(const fs::path& folder, Split split) {
    std::vector<fs::path> files;
    std::error_code error;
    for (fs::directory_iterator entry(folder, error); !error && entry != fs::directory_iterator(); entry.increment(error)) {
        if (belongs_to(entry->path().filename().string(), split)) files.push_back(entry->path());
    }
    if (error) throw Error("The folder '" + folder.string() + "' cannot be listed: " + error.message() + ".");
    std::sort(files.begin(), files.end(),
              [](const fs::path& a, const fs::path& b) { return natural_less(a.filename().string(), b.filename().string()); });
    return files;
}

std::vector<std::string> class_names_of(const fs::path& folder) {
    std::vector<std::string> names;
    std::ifstream file(folder / "batches.meta.txt");
    for (std::string line; names.size() < max_classes && std::getline(file, line);) {
        while (!line.empty() && std::isspace(static_cast<unsigned char>(line.back())) != 0) line.pop_back();
        if (!line.empty()) names.push_back(line);
    }
    if (!names.empty()) return names;
    return {"airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"};
}

std::size_t count_records(const fs::path& path) {
    const std::string name = "'" + path.string() + "'";
    std::error_code error;
    const std::uintmax_t size = fs::is_regular_file(path, error) ? fs::file_size(path, error) : 0;
    if (error) throw Error(name + " cannot be read: " + error.message() + ".");
    if (size == 0) throw Error(name + " is empty; copy or download it again.");
    if (size > max_file_size) throw Error(name + " is larger than 4 GiB, too large for a CIFAR-10 file; split it into several.");
    if (size % record_size != 0) {
        throw Error(name + " is truncated or no CIFAR-10 file: its " + std::to_string(size) +
                    " bytes are not a whole number of 3073-byte records; copy or download it again.");
    }
    return size / record_size;
}

void append_records(const fs::path& path, std::size_t classes, std::vector<std::uint8_t>& pixels, std::vector<std::int32_t>& labels) {
    const std::size_t records = count_records(path);
    std::ifstream file(path, std::ios::binary);
    pixels.reserve(pixels.size() + records * image_shape.pixels());
    labels.reserve(labels.size() + records);
    std::vector<char> record(record_size);
    for (std::size_t i = 0; i < records; ++i) {
        if (!file.read(record.data(), std::streamsize(record_size))) {
            throw Error("'" + path.string() + "' cannot be read beyond image " + std::to_string(i) +
                        "; check its permissions and the disk.");
        }
        const auto label = static_cast<std::uint8_t>(record[0]);
        if (label >= classes) {
            throw Error("'" + path.string() + "' is damaged or no CIFAR-10 file: image " + std::to_string(i) + " has the label " +
                        std::to_string(label) + ", but there are " + std::to_string(classes) + " classes, 0 to " +
                        std::to_string(classes - 1) + ".");
        }
        labels.push_back(label);
        pixels.insert(pixels.end(), record.begin() + 1, record.end());
    }
}

}  // namespace

std::vector<Split> cifar10_splits(const fs::path& folder) {
    std::vector<Split> splits;
    for (const Split split : {Split::train, Split::test}) {
        if (!files_of(folder, split).empty()) splits.push_back(split);
    }
    return splits;
}

Dataset read_cifar10(const fs::path& folder, Split split) {
    std::vector<std::string> class_names = class_names_of(folder);
    std::vector<std::uint8_t> pixels;
    std::vector<std::int32_t> labels;
    for (const fs::path& file : files_of(folder, split)) append_records(file, class_names.size(), pixels, labels);
    return {split == Split::train ? "CIFAR-10 train" : "CIFAR-10 test", image_shape, std::move(pixels), std::move(labels),
            std::move(class_names)};
}

}  // namespace clipscope
