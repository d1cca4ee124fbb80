// Small data files for tests, written by hand from the formats' descriptions.
#pragma once

#include <zlib.h>

#include <QString>
#include <QTest>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "common/error.h"
#include "data/dataset.h"

namespace data_files {

using Bytes = std::vector<std::uint8_t>;

inline void write(const std::filesystem::path& path, const Bytes& bytes) {
    std::filesystem::create_directories(path.parent_path());
    std::ofstream file(path, std::ios::binary);
    file.write(reinterpret_cast<const char*>(bytes.data()), std::streamsize(bytes.size()));
}

inline void write_text(const std::filesystem::path& path, const std::string& text) {
    write(path, Bytes(text.begin(), text.end()));
}

inline Bytes read(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

// Pixel p of an image is (first + p) mod 251, so that every place in an image and every image is told apart.
inline Bytes pixels(std::uint8_t first, std::size_t count) {
    Bytes bytes(count);
    for (std::size_t p = 0; p < count; ++p) bytes[p] = std::uint8_t((first + p) % 251);
    return bytes;
}

inline Bytes cifar_records(const Bytes& labels) {
    Bytes bytes;
    for (const std::uint8_t label : labels) {
        bytes.push_back(label);
        const Bytes image = pixels(std::uint8_t(10 * label), 3072);
        bytes.insert(bytes.end(), image.begin(), image.end());
    }
    return bytes;
}

inline void append_big_endian(Bytes& bytes, std::uint32_t value) {
    for (int shift = 24; shift >= 0; shift -= 8) bytes.push_back(std::uint8_t(value >> shift));
}

inline Bytes idx_images(std::uint32_t count, std::uint32_t height, std::uint32_t width, std::uint32_t magic = 0x803) {
    Bytes bytes;
    for (const std::uint32_t word : {magic, count, height, width}) append_big_endian(bytes, word);
    for (std::uint32_t i = 0; i < count; ++i) {
        const Bytes image = pixels(std::uint8_t(i), std::size_t(height) * width);
        bytes.insert(bytes.end(), image.begin(), image.end());
    }
    return bytes;
}

inline Bytes idx_labels(const Bytes& labels, std::uint32_t magic = 0x801) {
    Bytes bytes;
    append_big_endian(bytes, magic);
    append_big_endian(bytes, std::uint32_t(labels.size()));
    bytes.insert(bytes.end(), labels.begin(), labels.end());
    return bytes;
}

inline void write_gzip(const std::filesystem::path& path, const Bytes& bytes) {
    std::filesystem::create_directories(path.parent_path());
    gzFile file = gzopen(path.c_str(), "wb9");
    gzwrite(file, bytes.data(), unsigned(bytes.size()));
    gzclose(file);
}

inline Bytes bytes_of(const clipscope::ImagePixels& image) {
    return {image.begin(), image.end()};
}

// What an action's Error says; fails the test where none is thrown.
template <typename Action>
QString error_of(Action&& action) {
    try {
        action();
    } catch (const clipscope::Error& error) {
        return QString::fromUtf8(error.what());
    }
    return "no error";
}

// One sentence that names all the fragments.
inline bool says(const QString& error, const QStringList& fragments) {
    bool all = error.endsWith('.') && !error.contains('\n');
    for (const QString& fragment : fragments) all = all && error.contains(fragment);
    if (!all) qWarning("the error was: %s", qPrintable(error));
    return all;
}

}  // namespace data_files
