#include "data/image_folder_reader.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>

#include "common/error.h"
#include "common/text_list.h"
#include "data/seen_image.h"

namespace clipscope {

namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t max_pixels = std::uint64_t(4) << 30;
constexpr PictureSize usual_size{256, 224};
constexpr std::array<std::string_view, 2> training_names{"train", "training"};
constexpr std::array<std::string_view, 5> test_names{"test", "testing", "val", "valid", "validation"};

template <std::size_t size>
bool contains(const std::array<std::string_view, size>& names, const fs::path& folder) {
    return std::find(names.begin(), names.end(), lower_case(folder.filename().string())) != names.end();
}

std::vector<fs::path> folders_in(const fs::path& folder) {
    std::vector<fs::path> folders;
    std::error_code error, ignored;
    for (fs::directory_iterator entry(folder, error); !error && entry != fs::directory_iterator(); entry.increment(error))
        if (entry->is_directory(ignored) && !entry->path().filename().string().starts_with('.')) folders.push_back(entry->path());
    std::sort(folders.begin(), folders.end());
    return folders;
}

bool holds_pictures(const fs::path& folder) {
    std::error_code error;
    for (fs::recursive_directory_iterator entry(folder, error); !error && entry != fs::recursive_directory_iterator();
         entry.increment(error))
        if (is_picture_name(entry->path())) return true;
    return false;
}

std::vector<fs::path> class_folders(const fs::path& folder) {
    std::vector<fs::path> classes = folders_in(folder);
    std::erase_if(classes, [](const fs::path& path) { return !holds_pictures(path); });
    return classes;
}

// Where the split's class folders lie: the first name in the list that there is.
fs::path folder_of(const fs::path& folder, Split split) {
    const auto find = [&](const auto& names) {
        for (const std::string_view name : names)
            for (const fs::path& candidate : folders_in(folder))
                if (lower_case(candidate.filename().string()) == name && !class_folders(candidate).empty()) return candidate;
        return fs::path();
    };
    const fs::path training = find(training_names), test = find(test_names);
    if (!training.empty() || !test.empty()) return split == Split::train ? training : test;
    const bool is_training = contains(training_names, folder);
    return is_training == (split == Split::train) && !class_folders(folder).empty() ? folder : fs::path();
}

std::vector<fs::path> pictures_in(const fs::path& folder) {
    std::vector<fs::path> files;
    std::error_code error, ignored;
    for (fs::recursive_directory_iterator entry(folder, error); !error && entry != fs::recursive_directory_iterator();
         entry.increment(error))
        if (is_picture_name(entry->path()) && entry->is_regular_file(ignored)) files.push_back(entry->path());
    if (error) throw Error("The folder '" + folder.string() + "' cannot be listed: " + error.message() + ".");
    std::sort(files.begin(), files.end());
    return files;
}

struct Listed {
    fs::path path;
    std::int32_t label;
};

std::string size_text(int height, int width) {
    return std::to_string(width) + "×" + std::to_string(height);
}

// Reads pictures one by one into a dataset of one shape.
class FolderReader {
public:
    FolderReader(const fs::path& folder, std::vector<Listed> files, const PictureSize& size, std::stop_token stop)
        : folder_(folder), files_(std::move(files)), size_(size), stop_(std::move(stop)) {}

    Dataset read(const std::string& name, std::vector<std::string> classes) {
        // Only where nothing is said and the sizes turn out to differ is a second reading needed.
        if (!read_all()) {
            size_ = usual_size;
            read_all();
        }
        std::string full_name = name;
        if (size_.resize > 0) full_name += ", resized to " + std::to_string(size_.resize);
        if (size_.crop > 0) full_name += ", cropped to " + std::to_string(size_.crop);
        return Dataset(full_name, {channels_, height_, width_}, std::move(pixels_), std::move(labels_), std::move(classes),
                       std::move(skipped_));
    }

private:
    bool read_all() {
        pixels_.clear();
        labels_.clear();
        skipped_.clear();
        channels_ = 1;
        height_ = width_ = 0;
        for (const Listed& file : files_) {
            if (stop_.stop_requested() && !labels_.empty()) break;
            const std::optional<Picture> picture = read_picture(file.path);
            if (!picture) {
                skip(file.path);
                continue;
            }
            if (!add(transformed(*picture, size_), file)) return false;
        }
        if (labels_.empty()) throw Error("None of the pictures in '" + folder_.string() + "' can be read; save them as PNG or JPEG.");
        return true;
    }

    bool add(const Picture& picture, const Listed& file) {
        if (labels_.empty()) {
            height_ = picture.height;
            width_ = picture.width;
            check_room(std::uint64_t(height_) * std::uint64_t(width_));
            pixels_.reserve(files_.size() * picture.pixels.size());
        }
        if (picture.height != height_ || picture.width != width_) {
            if (size_ == PictureSize{}) return false;
            throw Error("'" + file.path.string() + "' is " + size_text(picture.height, picture.width) +
                        " pixels after resizing, others are " + size_text(height_, width_) + "; crop them, too, with --crop.");
        }
        if (picture.channels == 3 && channels_ == 1) become_coloured();
        append(picture);
        labels_.push_back(file.label);
        return true;
    }

    void check_room(std::uint64_t area) const {
        if (files_.size() > max_pixels / (3 * area))
            throw Error("The " + std::to_string(files_.size()) + " pictures in '" + folder_.string() + "' of " +
                        size_text(height_, width_) +
                        " pixels take more than the 4 GiB that ClipScope loads; copy a part of them into a folder of their own, or make "
                        "them smaller "
                        "with --resize and --crop.");
    }

    // Rows of one channel after the other, as networks take them; a grey picture among coloured ones has three equal channels.
    void append(const Picture& picture) {
        const std::size_t area = picture.pixels.size() / std::size_t(picture.channels);
        for (int c = 0; c < channels_; ++c) {
            const std::size_t first = picture.channels == 3 ? std::size_t(c) : 0;
            for (std::size_t i = 0; i < area; ++i) pixels_.push_back(picture.pixels[i * std::size_t(picture.channels) + first]);
        }
    }

    void become_coloured() {
        channels_ = 3;
        const std::size_t area = std::size_t(height_) * std::size_t(width_);
        std::vector<std::uint8_t> coloured;
        coloured.reserve(pixels_.size() * 3);
        for (std::size_t i = 0; i < labels_.size(); ++i)
            for (int c = 0; c < 3; ++c)
                coloured.insert(coloured.end(), pixels_.begin() + std::ptrdiff_t(i * area),
                                pixels_.begin() + std::ptrdiff_t((i + 1) * area));
        pixels_ = std::move(coloured);
    }

    void skip(const fs::path& path) {
        skipped_.push_back(path.string());
        if (skipped_.size() <= std::max<std::size_t>(10, files_.size() / 100)) return;
        throw Error("More than " + std::to_string(skipped_.size() - 1) + " of the " + std::to_string(files_.size()) + " pictures in '" +
                    folder_.string() + "' cannot be read, '" + path.string() + "' among them; copy them again or delete what is broken.");
    }

    const fs::path& folder_;
    std::vector<Listed> files_;
    PictureSize size_;
    const std::stop_token stop_;
    std::vector<std::uint8_t> pixels_;
    std::vector<std::int32_t> labels_;
    std::vector<std::string> skipped_;
    int channels_ = 1, height_ = 0, width_ = 0;
};

// Which files there are, and what the dataset is called.
struct Listing {
    fs::path place;
    std::string name;
    std::vector<Listed> files;
    std::vector<std::string> classes;
};

Listing list_files(const fs::path& folder, Split split) {
    Listing listing;
    listing.place = folder_of(folder, split);
    for (const fs::path& class_folder : class_folders(listing.place)) {
        for (fs::path& path : pictures_in(class_folder)) listing.files.push_back({std::move(path), std::int32_t(listing.classes.size())});
        listing.classes.push_back(class_folder.filename().string());
    }
    const bool is_inside = listing.place == folder;
    listing.name = folder.filename().string() + (is_inside ? "" : split == Split::train ? " train" : " test");
    return listing;
}

}  // namespace

std::vector<Split> image_folder_splits(const fs::path& folder) {
    std::vector<Split> splits;
    for (const Split split : {Split::train, Split::test})
        if (!folder_of(folder, split).empty()) splits.push_back(split);
    return splits;
}

Dataset read_image_folder(const fs::path& folder, Split split, const PictureSize& size) {
    Listing listing = list_files(folder, split);
    return FolderReader(listing.place, std::move(listing.files), size, {}).read(listing.name, std::move(listing.classes));
}

Dataset read_image_folder_sample(const fs::path& folder, Split split, const PictureSize& size, std::size_t count, std::stop_token stop) {
    Listing listing = list_files(folder, split);
    std::vector<std::int32_t> labels;
    for (const Listed& file : listing.files) labels.push_back(file.label);
    std::vector<Listed> chosen;
    for (const std::size_t position : spread_positions(labels, count)) chosen.push_back(std::move(listing.files[position]));
    return FolderReader(listing.place, std::move(chosen), size, std::move(stop)).read(listing.name, std::move(listing.classes));
}

}  // namespace clipscope
