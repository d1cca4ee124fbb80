#include "archives/zip_archive.h"

#include <zlib.h>

#include <algorithm>
#include <istream>
#include <unordered_set>

#include "archives/record_stream.h"
#include "common/error.h"
#include "common/text_list.h"

namespace clipscope {

namespace {

using Bytes = std::span<const std::uint8_t>;

constexpr std::uint64_t end_size = 22;
constexpr std::uint64_t locator_size = 20;
constexpr std::uint64_t wide_end_size = 56;
constexpr std::size_t entry_size = 46;
constexpr std::size_t local_header_size = 30;
constexpr std::uint64_t max_records = 200'000;
constexpr std::uint64_t max_directory_size = std::uint64_t(64) << 20;
constexpr std::uint64_t max_expansion = 1032;  // deflate's longest match, 258 bytes, takes at least two bits
constexpr std::uint32_t saturated = 0xFFFFFFFF;

std::uint64_t number(Bytes bytes, std::size_t offset, std::size_t size) {
    if (offset + size > bytes.size()) throw Error("its directory ends in the middle of an entry, so it is damaged");
    std::uint64_t value = 0;
    for (std::size_t i = size; i-- > 0;) value = value << 8 | bytes[offset + i];
    return value;
}

bool has_signature(Bytes bytes, std::uint32_t signature) {
    return number(bytes, 0, 4) == signature;
}

// A 32-bit field counts where it is not saturated; then the next 64-bit number of the wide extra field does.
class WideFields {
public:
    explicit WideFields(Bytes extra) {
        while (!extra.empty()) {
            const auto id = number(extra, 0, 2), size = number(extra, 2, 2);
            if (4 + size > extra.size()) throw Error("its directory has a broken extra field, so it is damaged");
            if (id == 1) values_ = extra.subspan(4, size);
            extra = extra.subspan(4 + size);
        }
    }
    std::uint64_t take(std::uint64_t narrow) {
        if (narrow != saturated) return narrow;
        const std::uint64_t value = number(values_, 0, 8);
        values_ = values_.subspan(8);
        return value;
    }

private:
    Bytes values_;
};

void check_checksum(const ZipRecord& record, Bytes content) {
    uLong checksum = crc32_z(0, Z_NULL, 0);
    checksum = crc32_z(checksum, content.data(), content.size());
    if (checksum != record.checksum) throw Error("the checksum of its record " + record.name + " is wrong, so it is damaged");
}

// Grown step by step: a directory may claim any size that deflate could reach, only bytes that really come take memory.
std::string inflated(const ZipRecord& record, Bytes packed) {
    constexpr std::uint64_t step = std::uint64_t(16) << 20;
    std::string content;
    z_stream stream{};
    if (packed.size() > saturated || inflateInit2(&stream, -MAX_WBITS) != Z_OK)
        throw Error("there is no memory to unpack its record " + record.name);
    const std::unique_ptr<z_stream, int (*)(z_stream*)> owner(&stream, inflateEnd);
    stream.next_in = const_cast<Bytef*>(packed.data());
    stream.avail_in = static_cast<uInt>(packed.size());
    int status = Z_OK;
    do {
        const std::size_t filled = content.size();
        content.resize(filled + std::min(step, record.size - filled));
        stream.next_out = reinterpret_cast<Bytef*>(content.data() + filled);
        stream.avail_out = static_cast<uInt>(content.size() - filled);
        status = inflate(&stream, content.size() == record.size ? Z_FINISH : Z_NO_FLUSH);
    } while (status == Z_OK && stream.avail_out == 0 && content.size() < record.size);
    if (status != Z_STREAM_END || stream.avail_out != 0 || stream.avail_in != 0 || content.size() != record.size)
        throw Error("its record " + record.name + " does not unpack to the size it claims, so it is damaged");
    return content;
}

}  // namespace

struct ZipArchive::Directory {
    std::uint64_t entries = 0;
    std::uint64_t size = 0;
    std::uint64_t offset = 0;
};

ZipArchive::ZipArchive(std::istream& file, Names names) : file_(file) {
    file_.clear();
    file_.seekg(0, std::ios::end);
    const auto end = file_.tellg();
    if (end < std::streamoff(end_size)) throw Error("it is no zip archive or it is truncated");
    file_size_ = static_cast<std::uint64_t>(end);
    const Directory directory = find_directory();
    std::vector<std::uint8_t> bytes(directory.size);
    read_bytes(directory.offset, bytes);
    Bytes rest = bytes;
    for (std::uint64_t i = 0; i < directory.entries; ++i) {
        const std::uint64_t name = number(rest, 28, 2), extra = number(rest, 30, 2), comment = number(rest, 32, 2);
        const std::uint64_t whole = entry_size + name + extra + comment;
        if (whole > rest.size()) throw Error("its directory ends in the middle of an entry, so it is damaged");
        add_record(rest.first(whole), directory);
        rest = rest.subspan(whole);
    }
    if (!rest.empty() || records_.empty()) throw Error("its directory does not hold the entries it claims, so it is damaged");
    find_folder(names);
    find_content(directory);
}

// The first record's folder, where all lie in it; names then go on without it.
void ZipArchive::find_folder(Names names) {
    folder_ = records_.front().name.substr(0, records_.front().name.find('/') + 1);
    const bool has_bad_name = std::any_of(records_.begin(), records_.end(), [](const ZipRecord& record) {
        return record.name.empty() || record.name.find('\0') != std::string::npos;
    });
    const bool is_one = !folder_.empty() && std::all_of(records_.begin(), records_.end(), [&](const ZipRecord& record) {
        return record.name.starts_with(folder_) && record.name.size() > folder_.size();
    });
    if (has_bad_name || (!is_one && names == Names::in_one_folder))
        throw Error("its records do not lie in one folder as torch.save and torch.jit.save put them");
    if (!is_one) folder_.clear();
    for (ZipRecord& record : records_) record.name.erase(0, folder_.size());
}

// The directory must end where the end records begin, and these where the file ends: then no second directory can hide in the file.
ZipArchive::Directory ZipArchive::find_directory() const {
    const std::uint64_t room = std::min(file_size_, end_size + locator_size + wide_end_size);
    std::vector<std::uint8_t> tail(room);
    read_bytes(file_size_ - room, tail);
    const Bytes end = Bytes(tail).last(end_size);
    if (!has_signature(end, 0x06054b50)) throw Error("its zip directory is missing at the end, so it is truncated or damaged");
    if (number(end, 4, 4) != 0 || number(end, 20, 2) != 0 || number(end, 8, 2) != number(end, 10, 2))
        throw Error("its zip directory is split or has a comment, which no program that saves networks or arrays writes");
    Directory directory{number(end, 10, 2), number(end, 12, 4), number(end, 16, 4)};
    std::uint64_t directory_end = file_size_ - end_size;
    if (room == tail.size() && room == end_size + locator_size + wide_end_size &&
        has_signature(Bytes(tail).subspan(wide_end_size), 0x07064b50)) {
        const Bytes wide = Bytes(tail).first(wide_end_size), locator = Bytes(tail).subspan(wide_end_size, locator_size);
        directory_end -= locator_size + wide_end_size;
        const Directory narrow = directory;
        directory = {number(wide, 32, 8), number(wide, 40, 8), number(wide, 48, 8)};
        const auto agrees = [](std::uint64_t small, std::uint64_t large, std::uint64_t most) { return small == large || small == most; };
        if (!has_signature(wide, 0x06064b50) || number(wide, 4, 8) != wide_end_size - 12 || number(wide, 16, 8) != 0 ||
            number(wide, 24, 8) != directory.entries || number(locator, 4, 4) != 0 || number(locator, 8, 8) != directory_end ||
            number(locator, 16, 4) > 1 || !agrees(narrow.entries, directory.entries, 0xFFFF) ||
            !agrees(narrow.size, directory.size, saturated) || !agrees(narrow.offset, directory.offset, saturated))
            throw Error("its two zip directories contradict each other, so it is damaged");
    }
    if (directory.entries > max_records || directory.size > max_directory_size || directory.size > directory_end ||
        directory.offset != directory_end - directory.size)
        throw Error("its zip directory claims a size or a place that it does not have, so it is damaged");
    return directory;
}

void ZipArchive::add_record(Bytes entry, const Directory& directory) {
    const std::uint64_t flags = number(entry, 8, 2), method = number(entry, 10, 2);
    constexpr std::uint64_t known_flags = 0x0808;  // sizes behind the content, name in UTF-8
    if (!has_signature(entry, 0x02014b50) || number(entry, 34, 2) != 0 || number(entry, 32, 2) != 0)
        throw Error("its zip directory has an entry of an unknown kind, so it is damaged");
    const std::uint64_t name_size = number(entry, 28, 2);
    const std::string full_name(entry.begin() + entry_size, entry.begin() + std::ptrdiff_t(entry_size + name_size));
    if ((flags & ~known_flags) != 0 || (method != 0 && method != 8))
        throw Error("its record " + full_name + " is encrypted, or compressed otherwise than by deflate");
    WideFields wide(entry.subspan(entry_size + name_size, number(entry, 30, 2)));
    ZipRecord record;
    record.name = full_name;
    record.checksum = static_cast<std::uint32_t>(number(entry, 16, 4));
    record.is_compressed = method == 8;
    record.size = wide.take(number(entry, 24, 4));
    record.size_in_file = wide.take(number(entry, 20, 4));
    record.header = wide.take(number(entry, 42, 4));
    const bool possible = record.is_compressed ? record.size <= record.size_in_file * max_expansion : record.size == record.size_in_file;
    if (record.size_in_file > directory.offset || record.header > directory.offset || !possible)
        throw Error("its record " + full_name + " claims " + std::to_string(record.size) + " bytes, which the file does not hold");
    records_.push_back(std::move(record));
}

// Local headers must agree with the directory, and no two records may share bytes.
void ZipArchive::find_content(const Directory& directory) {
    std::vector<ZipRecord*> in_order;
    std::unordered_set<std::string> names;
    for (ZipRecord& record : records_) {
        in_order.push_back(&record);
        // LibTorch finds records whatever their case.
        if (!names.insert(lower_case(record.name)).second) throw Error("it holds the record " + record.name + " twice, so it is damaged");
        by_name_[record.name] = std::size_t(&record - records_.data());
    }
    std::sort(in_order.begin(), in_order.end(), [](const ZipRecord* a, const ZipRecord* b) { return a->header < b->header; });
    std::uint64_t end_of_previous = 0;
    for (ZipRecord* record : in_order) {
        const std::string name = folder_ + record->name;
        std::vector<std::uint8_t> local(local_header_size + name.size());
        if (record->header < end_of_previous || record->header + local.size() > directory.offset)
            throw Error("its record " + record->name + " overlaps another one, so it is damaged");
        read_bytes(record->header, local);
        if (!has_signature(local, 0x04034b50) || number(local, 26, 2) != name.size() ||
            number(local, 8, 2) != (record->is_compressed ? 8U : 0U) ||
            !std::equal(name.begin(), name.end(), local.begin() + local_header_size,
                        [](char a, std::uint8_t b) { return std::uint8_t(a) == b; }))
            throw Error("its record " + record->name + " is not where its directory says, so it is damaged");
        record->content = record->header + local.size() + number(local, 28, 2);
        if (record->content > directory.offset || record->size_in_file > directory.offset - record->content)
            throw Error("its record " + record->name + " claims " + std::to_string(record->size) + " bytes, which the file does not hold");
        end_of_previous = record->content + record->size_in_file;
    }
}

const ZipRecord* ZipArchive::find(const std::string& name) const {
    const auto found = by_name_.find(name);
    return found == by_name_.end() ? nullptr : &records_[found->second];
}

std::string ZipArchive::read(const ZipRecord& record, std::uint64_t limit) const {
    if (record.size > limit)
        throw Error("its record " + record.name + " has " + std::to_string(record.size) + " bytes, more than the " + std::to_string(limit) +
                    " that belong there");
    std::string content(record.size_in_file, '\0');
    read_bytes(record.content, std::span(reinterpret_cast<std::uint8_t*>(content.data()), content.size()));
    const auto bytes = [](const std::string& text) { return Bytes(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()); };
    if (record.is_compressed) content = inflated(record, bytes(content));
    check_checksum(record, bytes(content));
    return content;
}

void ZipArchive::read_into(const ZipRecord& record, std::span<std::uint8_t> out) const {
    if (record.is_compressed || out.size() != record.size)
        throw Error("its record " + record.name + " is compressed where that is unusual, or of another size than it should have");
    read_bytes(record.content, out);
    check_checksum(record, out);
}

std::unique_ptr<std::istream> ZipArchive::open(const ZipRecord& record) const {
    if (record.is_compressed) throw Error("its record " + record.name + " is compressed where that is unusual");
    return std::make_unique<RecordStream>(file_, record.content, record.size);
}

void ZipArchive::read_bytes(std::uint64_t position, std::span<std::uint8_t> out) const {
    file_.clear();
    file_.seekg(static_cast<std::streamoff>(position));
    file_.read(reinterpret_cast<char*>(out.data()), static_cast<std::streamsize>(out.size()));
    if (static_cast<std::uint64_t>(file_.gcount()) != out.size()) throw Error("it cannot be read to its end, so it is truncated");
}

}  // namespace clipscope
