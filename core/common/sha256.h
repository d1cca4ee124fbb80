// The SHA-256 of a file: which file a result belongs to, whatever it is called.
#pragma once

#include <cstddef>
#include <iosfwd>
#include <memory>
#include <span>
#include <string>

namespace clipscope {

// Takes bytes piece by piece.
class Sha256 {
public:
    Sha256();
    ~Sha256();
    Sha256(const Sha256&) = delete;
    Sha256& operator=(const Sha256&) = delete;

    void add(std::span<const std::byte> bytes);
    // 64 lower-case hexadecimal digits; nothing can be added afterwards.
    std::string digest();

private:
    struct Context;
    std::unique_ptr<Context> context_;
};

// Of all that the stream still gives; empty where it cannot be read to its end. 64 lower-case hexadecimal digits.
std::string stream_sha256(std::istream& stream);

// 64 lower-case hexadecimal digits. Throws Error where the file cannot be read.
std::string file_sha256(const std::string& path);

}  // namespace clipscope
