// Labelled images as they lie in a data file: 8-bit pixels, nothing normalised. They are in memory, or come from an ImageSource when they
// are asked for. A Dataset is immutable and cheap to copy (copies share the pixels), so it may be used from any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace clipscope {

enum class Split { train, test };

// "train", "test".
std::string to_string(Split split);
Split split_from_string(const std::string& text);  // throws UsageError

struct ImageShape {
    int channels = 0;
    int height = 0;
    int width = 0;

    std::size_t pixels() const { return std::size_t(channels) * std::size_t(height) * std::size_t(width); }
    friend bool operator==(const ImageShape&, const ImageShape&) = default;
};

// The C×H×W bytes of an image, alive as long as this object (or a copy) is, whatever becomes of the data set they come from.
class ImagePixels {
public:
    // `pixels` lie in something that `owner` keeps alive.
    ImagePixels(std::span<const std::uint8_t> pixels, std::shared_ptr<const void> owner) : pixels_(pixels), owner_(std::move(owner)) {}

    std::size_t size() const { return pixels_.size(); }
    const std::uint8_t* data() const { return pixels_.data(); }
    std::uint8_t operator[](std::size_t i) const { return pixels_[i]; }
    // Not of a temporary: its pixels may be gone, and those of two calls of Dataset::image() may lie in two places.
    auto begin() const& { return pixels_.begin(); }
    auto end() const& { return pixels_.end(); }
    auto begin() const&& = delete;
    auto end() const&& = delete;

private:
    std::span<const std::uint8_t> pixels_;
    std::shared_ptr<const void> owner_;
};

// Images that are not all in memory.
class ImageSource {
public:
    virtual ~ImageSource() = default;
    // Any number of threads may call at once. Throws Error where the image can no longer be read or is another than it was,
    // std::bad_alloc where memory is short.
    virtual ImagePixels image(std::size_t i) const = 0;
};

class Dataset {
public:
    // `pixels` holds images × C×H×W bytes, `labels` one class index an image; throws Error where they do not fit together
    // or a label has no class name.
    Dataset(std::string name, ImageShape shape, std::vector<std::uint8_t> pixels, std::vector<std::int32_t> labels,
            std::vector<std::string> class_names, std::vector<std::string> skipped_files = {});
    // `source` gives as many images as there are labels, each of this shape.
    static Dataset from_source(std::string name, ImageShape shape, std::shared_ptr<const ImageSource> source,
                               std::vector<std::int32_t> labels, std::vector<std::string> class_names,
                               std::vector<std::string> skipped_files = {});

    const std::string& name() const;  // "CIFAR-10 test", "Fashion-MNIST test"
    ImageShape shape() const;
    std::size_t size() const;                // images
    ImagePixels image(std::size_t i) const;  // C×H×W; throws what its ImageSource throws
    std::int32_t label(std::size_t i) const;
    std::size_t number(std::size_t i) const;  // the image's place among all that this set was chosen from (whole())
    const std::vector<std::string>& class_names() const;
    const std::vector<std::string>& skipped_files() const;  // that could not be read and are left out

    // The images at these positions, in this order.
    Dataset subset(std::span<const std::size_t> positions) const;
    // All the images that this one is a subset of, sharing their pixels.
    Dataset whole() const;

private:
    struct Contents;
    explicit Dataset(std::shared_ptr<const Contents> contents) : contents_(std::move(contents)) {}

    std::shared_ptr<const Contents> contents_;
    std::vector<std::size_t> positions_;  // of this view's images in the contents; empty means all of them
    bool is_view_ = false;
};

}  // namespace clipscope
