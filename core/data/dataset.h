// Labelled images as they lie in a data file: 8-bit pixels, nothing normalised, nothing resized.
// A Dataset is immutable and cheap to copy (copies share the pixels), so it may be used from any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
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

class Dataset {
public:
    // `pixels` holds images × C×H×W bytes, `labels` one class index an image; throws Error where they do not fit together
    // or a label has no class name.
    Dataset(std::string name, ImageShape shape, std::vector<std::uint8_t> pixels, std::vector<std::int32_t> labels,
            std::vector<std::string> class_names, std::vector<std::string> skipped_files = {});

    const std::string& name() const;  // "CIFAR-10 test", "Fashion-MNIST test"
    ImageShape shape() const;
    std::size_t size() const;                                  // images
    std::span<const std::uint8_t> image(std::size_t i) const;  // C×H×W
    std::int32_t label(std::size_t i) const;
    const std::vector<std::string>& class_names() const;
    const std::vector<std::string>& skipped_files() const;  // that could not be read and are left out

    // The images at these positions, in this order.
    Dataset subset(std::span<const std::size_t> positions) const;

private:
    struct Contents;
    std::shared_ptr<const Contents> contents_;
    std::vector<std::size_t> positions_;  // of this view's images in the contents; empty means all of them
    bool is_view_ = false;
};

}  // namespace clipscope
