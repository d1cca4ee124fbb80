// The pictures of a folder that are too many to be in memory: read, decoded and made one size when they are asked for. What was asked for
// first is kept as long as there is room for it, so passes over few of many pictures decode these once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "data/dataset.h"
#include "data/image_file.h"

namespace clipscope {

// Which file a picture comes from, and which bytes it held when the folder was opened.
struct PictureFile {
    std::string name;  // in the folder
    std::uint32_t bytes = 0;
    std::uint32_t checksum = 0;
};
std::uint32_t checksum(const std::vector<std::uint8_t>& file);  // CRC-32

class PictureStore final : public ImageSource {
public:
    // `shape` is what `size` makes of each of them; `most_kept` bounds the bytes of pixels that are kept.
    PictureStore(std::filesystem::path folder, std::vector<PictureFile> files, const PictureSize& size, ImageShape shape,
                 std::size_t most_kept);

    // The files are compared with what they were: Error names one that has vanished, or changed, since the folder was opened.
    ImagePixels image(std::size_t i) const override;

    std::size_t kept_bytes() const;

private:
    using Pixels = std::shared_ptr<const std::vector<std::uint8_t>>;

    Pixels read(const PictureFile& file) const;

    const std::filesystem::path folder_;
    const std::vector<PictureFile> files_;
    const PictureSize size_;
    const ImageShape shape_;
    const std::size_t most_kept_;
    mutable std::mutex mutex_;  // of the following
    mutable std::vector<Pixels> kept_;
    mutable std::size_t kept_bytes_ = 0;
};

}  // namespace clipscope
