// A part of a file, read as if it were a file of its own: an archive that lies uncompressed within another. Copies nothing but a small
// buffer. No LibTorch.
#pragma once

#include <array>
#include <cstdint>
#include <istream>
#include <streambuf>

namespace clipscope {

class RecordStream : public std::istream {
public:
    // Bytes [start, start + size) of `file`, which must outlive it and hold them. Reading moves the file's own position.
    RecordStream(std::istream& file, std::uint64_t start, std::uint64_t size);

private:
    class Buffer : public std::streambuf {
    public:
        Buffer(std::istream& file, std::uint64_t start, std::uint64_t size) : file_(file), start_(start), size_(size) {}

    protected:
        int_type underflow() override;
        std::streamsize xsgetn(char* out, std::streamsize count) override;
        pos_type seekoff(off_type offset, std::ios_base::seekdir from, std::ios_base::openmode mode) override;
        pos_type seekpos(pos_type position, std::ios_base::openmode mode) override;

    private:
        std::uint64_t position() const { return read_ - std::uint64_t(egptr() - gptr()); }
        std::uint64_t read_from_file(char* out, std::uint64_t count);

        std::istream& file_;
        std::uint64_t start_;
        std::uint64_t size_;
        std::uint64_t read_ = 0;  // where the buffer's content ends, from the start
        std::array<char, 4096> bytes_{};
    };

    Buffer buffer_;
};

}  // namespace clipscope
