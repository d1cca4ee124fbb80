// An archive of one record, as torch.save would write it.
#pragma once

#include <zlib.h>

#include <cstdint>
#include <string>

inline std::string little_endian(std::uint64_t value, int bytes) {
    std::string text;
    for (int i = 0; i < bytes; ++i) text += static_cast<char>(i < 8 ? value >> (8 * i) & 0xFF : 0);
    return text;
}

inline std::string small_archive(const std::string& record, const std::string& content) {
    const std::string name = "a/" + record;
    const auto checksum = crc32_z(0, reinterpret_cast<const Bytef*>(content.data()), content.size());
    const std::string about = little_endian(checksum, 4) + little_endian(content.size(), 4) + little_endian(content.size(), 4) +
                              little_endian(name.size(), 2) + little_endian(0, 2);
    const std::string local = "PK\3\4" + little_endian(0, 10) + about + name + content;
    const std::string entry = "PK\1\2" + little_endian(0, 12) + about + little_endian(0, 14) + name;
    return local + entry + "PK\5\6" + little_endian(0, 4) + little_endian(1, 2) + little_endian(1, 2) + little_endian(entry.size(), 4) +
           little_endian(local.size(), 4) + little_endian(0, 2);
}
