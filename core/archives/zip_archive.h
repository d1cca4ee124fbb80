// A zip archive, as torch.save, torch.jit.save and NumPy's savez write it, read with distrust: the central directory is checked whole
// before any record is touched, no size is believed that the file cannot hold, and nothing is accepted that another zip reader could see
// otherwise (data behind the directory, overlapping records, names that differ only in case). No LibTorch.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <memory>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

namespace clipscope {

struct ZipRecord {
    std::string name;                // without the archive's folder, where all lie in one: "data.pkl"
    std::uint64_t size = 0;          // of the content, bytes
    std::uint64_t size_in_file = 0;  // smaller only where it is compressed
    std::uint64_t header = 0;        // where its local header stands
    std::uint64_t content = 0;       // where its content stands
    std::uint32_t checksum = 0;      // CRC-32 of the content
    bool is_compressed = false;
};

class ZipArchive {
public:
    // What the names of the records may be: all in one folder, as torch.save and torch.jit.save put them, or any.
    enum class Names { in_one_folder, any };

    // Reads the directory. `file` must outlive the archive. Every function throws Error with a clause that completes "PATH cannot be
    // read: ..." where something is damaged or suspicious.
    explicit ZipArchive(std::istream& file, Names names = Names::in_one_folder);

    // Whether all records lie in one folder, which their names then leave out.
    bool has_one_folder() const { return !folder_.empty(); }

    const std::vector<ZipRecord>& records() const { return records_; }
    // Nothing where there is no such record.
    const ZipRecord* find(const std::string& name) const;

    // A whole record of at most `limit` bytes, its checksum verified.
    std::string read(const ZipRecord& record, std::uint64_t limit) const;
    // An uncompressed record into `out`, which has its size; its checksum verified.
    void read_into(const ZipRecord& record, std::span<std::uint8_t> out) const;
    // An uncompressed record as a file of its own: an archive within the archive. Reads from this archive's file, which must outlive it;
    // its checksum is not verified.
    std::unique_ptr<std::istream> open(const ZipRecord& record) const;

private:
    struct Directory;
    Directory find_directory() const;
    void add_record(std::span<const std::uint8_t> entry, const Directory& directory);
    void find_folder(Names names);
    void find_content(const Directory& directory);
    void read_bytes(std::uint64_t position, std::span<std::uint8_t> out) const;

    std::istream& file_;
    std::uint64_t file_size_ = 0;
    std::string folder_;  // "archive/"; empty where the records lie in several
    std::vector<ZipRecord> records_;
    std::unordered_map<std::string, std::size_t> by_name_;
};

}  // namespace clipscope
