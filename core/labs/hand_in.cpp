#include "labs/hand_in.h"

#include <caffe2/serialize/inline_container.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <span>

#include "archives/zip_archive.h"
#include "common/error.h"
#include "common/json_text.h"
#include "common/sha256.h"
#include "common/text_file.h"

namespace clipscope {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::int64_t hand_in_format = 1;
constexpr const char* work_name = "hand-in.json";
constexpr const char* study_name = "study.clipscope";
constexpr std::uint64_t largest_part = std::uint64_t(1) << 30;

std::string sha256_of(const std::string& bytes) {
    Sha256 hash;
    hash.add(std::as_bytes(std::span(bytes)));
    return hash.digest();
}

// Of all that stands in it but the hash itself.
std::string own_sha256(Json json) {
    json.erase("sha256");
    return sha256_of(json.dump());
}

// A whole copy, also of what is not in its file yet.
std::string study_bytes(const Study& study, const std::string& beside) {
    const std::string copy = beside + ".study";
    study.save_as(copy);
    std::string bytes = read_text_file(copy);
    std::error_code ignored;
    std::filesystem::remove(copy, ignored);
    return bytes;
}

std::string zipped(const HandInFiles& files) {
    std::string archive;
    caffe2::serialize::PyTorchStreamWriter writer([&archive](const void* bytes, std::size_t count) {
        archive.append(static_cast<const char*>(bytes), count);
        return count;
    });
    for (const auto& [name, bytes] : files) writer.writeRecord(name, bytes.data(), bytes.size());
    writer.writeEndOfFile();
    return archive;
}

}  // namespace

void write_hand_in(const std::string& path, const LabWork& work, const Study* study, const HandInFiles& figures) {
    HandInFiles files = figures;
    if (study) files[study_name] = study_bytes(*study, path);
    Json json{{"hand_in", hand_in_format}, {"versions", versions_text()}, {"work", Json::parse(to_json(work))}};
    json["files"] = Json::object();
    for (const auto& [name, bytes] : files) json["files"][name] = sha256_of(bytes);
    json["sha256"] = own_sha256(json);
    files[work_name] = json_text(json);
    write_text_file(path, zipped(files));
}

HandIn read_hand_in(const std::string& path, const Lab& lab) {
    std::ifstream file(path, std::ios::binary);
    if (!file) throw Error("'" + path + "' cannot be read: is it there, and a file?");
    try {
        const ZipArchive archive(file);
        const ZipRecord* record = archive.find(work_name);
        if (!record) throw Error("it has no " + std::string(work_name));
        const Json json = parse_json(archive.read(*record, largest_part), work_name);
        const JsonFields fields(json, work_name);
        fields.integer("hand_in", hand_in_format, hand_in_format);
        HandIn hand_in{work_from_json(fields.get("work").dump(), lab, work_name), fields.text("versions"), {}, {}};
        if (fields.text("sha256") != own_sha256(json)) hand_in.changed = work_name;
        const JsonFields hashes = fields.object("files");
        for (const std::string& name : hashes.names()) {
            const ZipRecord* part = archive.find(name);
            const std::string bytes = part ? archive.read(*part, largest_part) : std::string();
            if (hand_in.changed.empty() && (!part || sha256_of(bytes) != hashes.text(name.c_str()))) hand_in.changed = name;
            if (name == study_name) hand_in.study = bytes;
        }
        return hand_in;
    } catch (const Error& error) {
        throw Error("'" + path + "' is no hand-in of the lab '" + lab.name + "' that can be read: " + error.what());
    }
}

}  // namespace clipscope
