#include "archives/record_stream.h"

#include <algorithm>

namespace clipscope {

RecordStream::RecordStream(std::istream& file, std::uint64_t start, std::uint64_t size)
    : std::istream(nullptr), buffer_(file, start, size) {
    rdbuf(&buffer_);
}

// How many bytes came; `count` is what is left at most.
std::uint64_t RecordStream::Buffer::read_from_file(char* out, std::uint64_t count) {
    count = std::min(count, size_ - read_);
    if (count == 0) return 0;
    file_.clear();
    file_.seekg(static_cast<std::streamoff>(start_ + read_));
    file_.read(out, static_cast<std::streamsize>(count));
    const auto came = static_cast<std::uint64_t>(file_.gcount());
    read_ += came;
    return came;
}

RecordStream::Buffer::int_type RecordStream::Buffer::underflow() {
    const std::uint64_t came = read_from_file(bytes_.data(), bytes_.size());
    setg(bytes_.data(), bytes_.data(), bytes_.data() + came);
    return came == 0 ? traits_type::eof() : traits_type::to_int_type(bytes_[0]);
}

// Large reads go past the buffer.
std::streamsize RecordStream::Buffer::xsgetn(char* out, std::streamsize count) {
    const std::streamsize at_hand = std::min<std::streamsize>(count, egptr() - gptr());
    std::copy_n(gptr(), at_hand, out);
    gbump(static_cast<int>(at_hand));
    if (at_hand == count) return count;
    setg(bytes_.data(), bytes_.data(), bytes_.data());
    return at_hand + static_cast<std::streamsize>(read_from_file(out + at_hand, static_cast<std::uint64_t>(count - at_hand)));
}

RecordStream::Buffer::pos_type RecordStream::Buffer::seekoff(off_type offset, std::ios_base::seekdir from, std::ios_base::openmode mode) {
    const auto base = static_cast<off_type>(from == std::ios_base::beg ? 0 : from == std::ios_base::cur ? position() : size_);
    if ((offset > 0 && offset > static_cast<off_type>(size_) - base) || (offset < 0 && -offset > base)) return pos_type(off_type(-1));
    return seekpos(pos_type(base + offset), mode);
}

RecordStream::Buffer::pos_type RecordStream::Buffer::seekpos(pos_type position, std::ios_base::openmode mode) {
    const auto wanted = static_cast<off_type>(position);
    if ((mode & std::ios_base::in) == 0 || wanted < 0 || static_cast<std::uint64_t>(wanted) > size_) return pos_type(off_type(-1));
    read_ = static_cast<std::uint64_t>(wanted);
    setg(bytes_.data(), bytes_.data(), bytes_.data());
    return position;
}

}  // namespace clipscope
