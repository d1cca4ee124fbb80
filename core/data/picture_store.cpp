#include "data/picture_store.h"

#include <zlib.h>

#include <optional>
#include <utility>

#include "common/error.h"

namespace clipscope {

std::uint32_t checksum(const std::vector<std::uint8_t>& file) {
    return std::uint32_t(crc32_z(0, file.data(), file.size()));
}

PictureStore::PictureStore(std::filesystem::path folder, std::vector<PictureFile> files, const PictureSize& size, ImageShape shape,
                           std::size_t most_kept)
    : folder_(std::move(folder)), files_(std::move(files)), size_(size), shape_(shape), most_kept_(most_kept), kept_(files_.size()) {}

ImagePixels PictureStore::image(std::size_t i) const {
    Pixels pixels;
    {
        const std::lock_guard lock(mutex_);
        pixels = kept_.at(i);
    }
    if (!pixels) {
        pixels = read(files_[i]);
        const std::lock_guard lock(mutex_);
        if (!kept_[i] && kept_bytes_ + pixels->size() <= most_kept_) {
            kept_[i] = pixels;
            kept_bytes_ += pixels->size();
        }
    }
    return {*pixels, pixels};
}

std::size_t PictureStore::kept_bytes() const {
    const std::lock_guard lock(mutex_);
    return kept_bytes_;
}

PictureStore::Pixels PictureStore::read(const PictureFile& file) const {
    const std::filesystem::path path = folder_ / file.name;
    const auto error = [&](const char* what) {
        return Error("The picture '" + path.string() + "' " + what + ": put back what was there, or open the folder again.");
    };
    const std::vector<std::uint8_t> bytes = read_picture_file(path);
    if (bytes.empty()) throw error("can no longer be read, as it could when its folder was opened");
    if (bytes.size() != file.bytes || checksum(bytes) != file.checksum) throw error("has changed since its folder was opened");
    std::optional<Picture> picture = decode_picture(bytes);
    auto pixels = std::make_shared<std::vector<std::uint8_t>>();
    pixels->reserve(shape_.pixels());
    if (picture && picture->channels <= shape_.channels) {
        const Picture fitting = transformed(std::move(*picture), size_);
        if (fitting.height == shape_.height && fitting.width == shape_.width) append_planes(fitting, shape_.channels, *pixels);
    }
    if (pixels->size() != shape_.pixels())
        throw Error("The picture '" + path.string() +
                    "' is damaged behind its header: copy it again, or delete it and open the folder again.");
    return pixels;
}

}  // namespace clipscope
