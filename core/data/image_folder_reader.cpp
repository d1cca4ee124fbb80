#include "data/image_folder_reader.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

#include "common/error.h"
#include "common/text_list.h"
#include "data/picture_store.h"
#include "data/seen_image.h"

namespace clipscope {

namespace {

namespace fs = std::filesystem;

constexpr PictureSize usual_size{256, 224};
constexpr std::size_t most_annotated = 10'000'000;
constexpr std::array<std::string_view, 2> training_names{"train", "training"};
constexpr std::array<std::string_view, 5> test_names{"test", "testing", "val", "valid", "validation"};

template <std::size_t size>
bool contains(const std::array<std::string_view, size>& names, const fs::path& folder) {
    return std::find(names.begin(), names.end(), lower_case(folder.filename().string())) != names.end();
}

// What systems and editors leave beside the files of others: ".ipynb_checkpoints", "__MACOSX".
bool is_hidden(const fs::path& folder) {
    const std::string name = folder.filename().string();
    return name.starts_with('.') || name == "__MACOSX";
}

std::vector<fs::path> folders_in(const fs::path& folder) {
    std::vector<fs::path> folders;
    std::error_code error, ignored;
    for (fs::directory_iterator entry(folder, error); !error && entry != fs::directory_iterator(); entry.increment(error))
        if (entry->is_directory(ignored) && !is_hidden(entry->path())) folders.push_back(entry->path());
    std::sort(folders.begin(), folders.end());
    return folders;
}

// Calls `visit` with every picture's path, in the folders inside too, until it returns false. Gives what keeps it from listing them.
template <class Visit>
std::error_code visit_pictures(const fs::path& folder, const Visit& visit) {
    std::error_code error, ignored;
    for (fs::recursive_directory_iterator entry(folder, error); !error && entry != fs::recursive_directory_iterator();
         entry.increment(error)) {
        if (entry->is_directory(ignored)) {
            if (is_hidden(entry->path())) entry.disable_recursion_pending();
        } else if (is_picture_name(entry->path()) && !visit(*entry)) {
            break;
        }
    }
    return error;
}

bool holds_pictures(const fs::path& folder) {
    bool is_found = false;
    visit_pictures(folder, [&](const fs::directory_entry&) {
        is_found = true;
        return false;
    });
    return is_found;
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
    std::error_code ignored;
    const std::error_code error = visit_pictures(folder, [&](const fs::directory_entry& entry) {
        if (entry.is_regular_file(ignored)) files.push_back(entry.path());
        return true;
    });
    if (error) throw Error("The folder '" + folder.string() + "' cannot be listed: " + error.message() + ".");
    std::sort(files.begin(), files.end());
    return files;
}

struct Listed {
    std::string name;  // in the folder of the classes
    std::int32_t label;
};

std::string size_text(int height, int width) {
    return std::to_string(width) + "×" + std::to_string(height);
}

// Reads pictures one by one into a dataset of one shape: with their pixels where these are few, else without.
class FolderReader {
public:
    FolderReader(const fs::path& folder, std::vector<Listed> files, const PictureSize& size, std::size_t most_in_memory,
                 std::stop_token stop)
        : folder_(folder), files_(std::move(files)), size_(size), most_in_memory_(most_in_memory), stop_(std::move(stop)) {}

    Dataset read(const std::string& name, std::vector<std::string> classes) {
        // Only where nothing is said and the sizes turn out to differ is a second reading needed.
        if (!read_all()) {
            size_ = usual_size;
            read_all();
        }
        std::string full_name = name;
        if (size_.resize > 0) full_name += ", resized to " + std::to_string(size_.resize);
        if (size_.crop > 0) full_name += ", cropped to " + std::to_string(size_.crop);
        const ImageShape shape{channels_, height_, width_};
        if (is_in_memory_) return {full_name, shape, std::move(pixels_), std::move(labels_), std::move(classes), std::move(skipped_)};
        auto store = std::make_shared<const PictureStore>(folder_, std::move(kept_files_), size_, shape, most_in_memory_);
        return Dataset::from_source(full_name, shape, std::move(store), std::move(labels_), std::move(classes), std::move(skipped_));
    }

private:
    // False where the sizes differ and need not.
    bool read_all() {
        begin();
        for (const Listed& listed : files_) {
            if (stop_.stop_requested() && !labels_.empty()) break;
            Found found = find(listed);
            if (!found.extent || is_too_long(*found.extent, size_)) {
                skip(listed.name);
                continue;
            }
            if (!has_same_size(*found.extent, listed)) return false;
            if (found.extent->channels == 3 && channels_ == 1) become_coloured();
            labels_.push_back(listed.label);
            if (found.picture)
                append_planes(transformed(std::move(*found.picture), size_), channels_, pixels_);
            else
                kept_files_.push_back(found.file);
        }
        if (labels_.empty()) throw Error("None of the pictures in '" + folder_.string() + "' can be read; save them as PNG or JPEG.");
        return true;
    }

    struct Found {
        std::optional<PictureExtent> extent;  // none: it cannot be read
        std::optional<Picture> picture;       // where they are in memory
        PictureFile file;                     // where they are not
    };

    Found find(const Listed& listed) {
        const std::vector<std::uint8_t> file = read_picture_file(folder_ / listed.name);
        if (labels_.empty()) choose_shape(file);
        if (!is_in_memory_) return {inspect_picture(file), {}, {listed.name, std::uint32_t(file.size()), checksum(file)}};
        Found found{{}, decode_picture(file), {}};
        if (found.picture) found.extent = {found.picture->height, found.picture->width, found.picture->channels};
        return found;
    }

    void begin() {
        pixels_.clear();
        kept_files_.clear();
        labels_.clear();
        skipped_.clear();
        is_in_memory_ = false;
        channels_ = 1;
    }

    // Those that the first picture gives.
    void choose_shape(const std::vector<std::uint8_t>& file) {
        const std::optional<PictureExtent> first = inspect_picture(file);
        if (!first || is_too_long(*first, size_)) return;
        std::tie(height_, width_) = transformed_extent(first->height, first->width, size_);
        const std::size_t area = std::size_t(height_) * std::size_t(width_);
        is_in_memory_ = files_.size() <= most_in_memory_ / (3 * area);
        if (is_in_memory_) pixels_.reserve(files_.size() * area * std::size_t(first->channels));
    }

    bool has_same_size(const PictureExtent& extent, const Listed& listed) const {
        const auto [height, width] = transformed_extent(extent.height, extent.width, size_);
        if (height == height_ && width == width_) return true;
        if (size_ == PictureSize{}) return false;
        throw Error("'" + (folder_ / listed.name).string() + "' is " + size_text(height, width) + " pixels after resizing, others are " +
                    size_text(height_, width_) + "; crop them, too, with --crop.");
    }

    // A grey picture among coloured ones has three equal channels. From the last to the first, so that none overwrites another.
    void become_coloured() {
        channels_ = 3;
        const std::size_t area = std::size_t(height_) * std::size_t(width_), images = pixels_.size() / area;
        pixels_.resize(pixels_.size() * 3);
        for (std::size_t i = images; i-- > 0;)
            for (std::size_t copy = 3 * i + 3; copy-- > 3 * i;)
                if (copy != i) std::copy_n(pixels_.begin() + std::ptrdiff_t(i * area), area, pixels_.begin() + std::ptrdiff_t(copy * area));
    }

    void skip(const std::string& name) {
        skipped_.push_back((folder_ / name).string());
        if (skipped_.size() <= std::max<std::size_t>(10, files_.size() / 100)) return;
        throw Error("More than " + std::to_string(skipped_.size() - 1) + " of the " + std::to_string(files_.size()) + " pictures in '" +
                    folder_.string() + "' cannot be read, '" + skipped_.back() + "' among them; copy them again or delete what is broken.");
    }

    const fs::path& folder_;
    const std::vector<Listed> files_;
    PictureSize size_;
    const std::size_t most_in_memory_;
    const std::stop_token stop_;
    std::vector<std::uint8_t> pixels_;     // where they are in memory
    std::vector<PictureFile> kept_files_;  // where they are not
    std::vector<std::int32_t> labels_;
    std::vector<std::string> skipped_;
    bool is_in_memory_ = false;
    int channels_ = 1, height_ = 0, width_ = 0;
};

// Which files there are, and what the dataset is called.
struct Listing {
    fs::path place;
    std::string name;
    std::vector<Listed> files;
    std::vector<std::string> classes;
};

std::vector<std::string> names_of(const std::vector<fs::path>& folders) {
    std::vector<std::string> names;
    for (const fs::path& folder : folders) names.push_back(folder.filename().string());
    return names;
}

// The classes in the order of the training images, where these lie beside the place and have all of its classes: a network counts classes
// as it learned them, whatever the test images lack. Otherwise the place's own.
std::vector<std::string> classes_of(const fs::path& place, std::vector<std::string> own) {
    const fs::path training = folder_of(place.parent_path(), Split::train);
    if (training.empty() || training == place || training.parent_path() != place.parent_path() || !contains(test_names, place)) return own;
    std::vector<std::string> all = names_of(class_folders(training));
    const bool has_all =
        std::all_of(own.begin(), own.end(), [&](const std::string& name) { return std::ranges::binary_search(all, name); });
    return has_all ? all : own;
}

constexpr std::string_view annotations_name = "val_annotations.txt";

// Tiny ImageNet's test images lie in one folder, and a table says the class of each: "val_0.JPEG<tab>n03444034<tab>...".
std::vector<std::pair<std::string, std::string>> annotated_pictures(const fs::path& place) {
    std::vector<std::pair<std::string, std::string>> pictures;
    std::ifstream file(place / annotations_name);
    for (std::string line; pictures.size() < most_annotated && std::getline(file, line);) {
        const std::vector<std::string> words = split_list(line, '\t');
        if (words.size() < 2 || words[0].empty() || words[0].find('/') != std::string::npos || !is_picture_name(words[0])) continue;
        const fs::path picture = fs::path("images") / words[0];
        std::error_code ignored;
        if (fs::is_regular_file(place / picture, ignored)) pictures.emplace_back(picture.string(), words[1]);
    }
    std::ranges::sort(pictures);
    return pictures;
}

std::int32_t index_of(const std::string& name, const std::vector<std::string>& sorted) {
    return std::int32_t(std::ranges::lower_bound(sorted, name) - sorted.begin());
}

Listing list_files(const fs::path& folder, Split split) {
    Listing listing;
    listing.place = folder_of(folder, split);
    const bool is_inside = listing.place == folder;
    listing.name = folder.filename().string() + (is_inside ? "" : split == Split::train ? " train" : " test");
    if (const auto annotated = annotated_pictures(listing.place); !annotated.empty()) {
        std::vector<std::string> own;
        for (const auto& [file, name] : annotated) own.push_back(name);
        std::ranges::sort(own);
        own.erase(std::unique(own.begin(), own.end()), own.end());
        listing.classes = classes_of(listing.place, std::move(own));
        for (const auto& [file, name] : annotated) listing.files.push_back({file, index_of(name, listing.classes)});
        return listing;
    }
    const std::vector<fs::path> folders = class_folders(listing.place);
    listing.classes = classes_of(listing.place, names_of(folders));
    for (const fs::path& class_folder : folders)
        for (const fs::path& path : pictures_in(class_folder))
            listing.files.push_back(
                {path.lexically_relative(listing.place).string(), index_of(class_folder.filename().string(), listing.classes)});
    return listing;
}

}  // namespace

std::vector<Split> image_folder_splits(const fs::path& folder) {
    std::vector<Split> splits;
    for (const Split split : {Split::train, Split::test})
        if (!folder_of(folder, split).empty()) splits.push_back(split);
    return splits;
}

Dataset read_image_folder(const fs::path& folder, Split split, const PictureSize& size, std::size_t most_in_memory) {
    Listing listing = list_files(folder, split);
    return FolderReader(listing.place, std::move(listing.files), size, most_in_memory, {}).read(listing.name, std::move(listing.classes));
}

Dataset read_image_folder_sample(const fs::path& folder, Split split, const PictureSize& size, std::size_t count, std::stop_token stop) {
    Listing listing = list_files(folder, split);
    std::vector<std::int32_t> labels;
    for (const Listed& file : listing.files) labels.push_back(file.label);
    std::vector<Listed> chosen;
    for (const std::size_t position : spread_positions(labels, count)) chosen.push_back(std::move(listing.files[position]));
    return FolderReader(listing.place, std::move(chosen), size, usual_pictures_in_memory, std::move(stop))
        .read(listing.name, std::move(listing.classes));
}

}  // namespace clipscope
