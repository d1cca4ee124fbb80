#include "network/formats/exported_program/program_records.h"

#include <algorithm>
#include <array>
#include <utility>

#include "common/error.h"

namespace clipscope {

namespace {

constexpr const char* separate_program = "serialized_exported_program.json";
constexpr const char* compiled_folder = "data/aotinductor/";

bool has_record_in(const ZipArchive& archive, const std::string& folder) {
    return std::any_of(archive.records().begin(), archive.records().end(),
                       [&](const ZipRecord& record) { return record.name.starts_with(folder); });
}

// torch.export numbers types in its own way.
ElementType element_type(std::int64_t scalar_type, const std::string& path) {
    constexpr std::array<std::pair<std::int64_t, ElementType>, 10> types{{{1, ElementType::uint8},
                                                                          {2, ElementType::int8},
                                                                          {3, ElementType::int16},
                                                                          {4, ElementType::int32},
                                                                          {5, ElementType::int64},
                                                                          {6, ElementType::float16},
                                                                          {7, ElementType::float32},
                                                                          {8, ElementType::float64},
                                                                          {12, ElementType::boolean},
                                                                          {13, ElementType::bfloat16}}};
    const auto found = std::find_if(types.begin(), types.end(), [&](const auto& type) { return type.first == scalar_type; });
    if (found == types.end())
        throw Error("its tensor " + shown(path) + " has elements of a kind (" + std::to_string(scalar_type) +
                    ") that ClipScope does not read; convert the network with model.float() and export it again");
    return found->second;
}

// One past the last element that a tensor of these sizes and strides reaches, or their number where that is more; nothing where that cannot
// be.
std::optional<std::int64_t> end_of(const ExportedPayload& payload) {
    if (payload.sizes.size() != payload.strides.size() || payload.offset < 0) return std::nullopt;
    std::int64_t end = payload.offset, elements = 1;
    for (std::size_t i = 0; i < payload.sizes.size(); ++i) {
        const std::int64_t size = payload.sizes[i], stride = payload.strides[i];
        std::int64_t reach = 0;
        if (size < 0 || stride < 0 || __builtin_mul_overflow(elements, size, &elements)) return std::nullopt;
        if (size > 0 && (__builtin_mul_overflow(size - 1, stride, &reach) || __builtin_add_overflow(end, reach, &end))) return std::nullopt;
    }
    return elements == 0 ? 0 : std::max(elements, end + 1);
}

}  // namespace

bool is_exported_program(const ZipArchive& archive) {
    return archive.find(separate_program) != nullptr || archive.find("archive_format") != nullptr ||
           has_record_in(archive, compiled_folder);
}

ProgramRecords::ProgramRecords(const ZipArchive& archive) : archive_(archive) {
    if (archive_.find(separate_program) != nullptr)
        read_separate_records();
    else
        read_archive();
}

std::string ProgramRecords::read_program(const std::string& name) {
    const ZipRecord* record = archive_.find(name);
    if (record == nullptr) throw Error("its record " + shown(name) + " is missing, so it is damaged");
    return archive_.read(*record, max_program_size);
}

void ProgramRecords::read_separate_records() {
    program_ = parse_program(read_program(separate_program), separate_program);
    for (const auto& [name, tensors] : {std::pair{"serialized_state_dict", &state_}, std::pair{"serialized_constants", &constants_}})
        for (const char* ending : {".pt", ".json"})  // older versions gave it the ending of what it is not
            if (const ZipRecord* record = archive_.find(std::string(name) + ending); record != nullptr && tensors->dictionary == nullptr)
                open_dictionary(*record, *tensors);
}

void ProgramRecords::read_archive() {
    std::vector<std::string> models;
    for (const ZipRecord& record : archive_.records())
        if (record.name.starts_with("models/") && record.name.ends_with(".json"))
            models.push_back(record.name.substr(7, record.name.size() - 7 - 5));
    if (models.empty() && has_record_in(archive_, compiled_folder))
        throw Error(
            "it is an AOTInductor package, machine code that ClipScope does not run; save the program itself with "
            "torch.export.save(torch.export.export(...))");
    if (models.size() != 1)
        throw Error("it holds " + std::to_string(models.size()) +
                    " programs, and ClipScope opens files of exactly one; save that one with torch.export.save()");
    if (const ZipRecord* order = archive_.find("byteorder"); order != nullptr && archive_.read(*order, 16) != "little")
        throw Error("it was saved on a big-endian machine; save it again on another one");
    const std::string program = "models/" + models[0] + ".json";
    program_ = parse_program(read_program(program), shown(program));
    open_tensors("data/weights/", models[0], state_);
    open_tensors("data/constants/", models[0], constants_);
}

// A table of records, as PyTorch 2.9 and later write it, or a dictionary of torch.save's, as 2.8 does.
void ProgramRecords::open_tensors(const std::string& folder, const std::string& model, Tensors& tensors) const {
    for (const ZipRecord& record : archive_.records()) {
        if (!record.name.starts_with(folder + model)) continue;
        const std::string ending = record.name.substr(folder.size() + model.size());
        if (ending == ".pt") {
            open_dictionary(record, tensors);
        } else if (ending.starts_with("_") && ending.ends_with("_config.json")) {
            tensors.payloads = parse_payloads(archive_.read(record, max_program_size), shown(record.name));
            tensors.folder = folder;
        }
    }
}

void ProgramRecords::open_dictionary(const ZipRecord& record, Tensors& tensors) const {
    tensors.file = archive_.open(record);
    tensors.archive = std::make_unique<ZipArchive>(*tensors.file);
    const ZipRecord* pickle = tensors.archive->find("data.pkl");
    if (pickle == nullptr) throw Error("its record " + shown(record.name) + " is none of torch.save, so it is damaged");
    if (const ZipRecord* order = tensors.archive->find("byteorder"); order != nullptr && tensors.archive->read(*order, 16) != "little")
        throw Error("it was saved on a big-endian machine; save it again on another one");
    tensors.dictionary = std::make_unique<PickleTree>(tensors.archive->read(*pickle, max_pickle_size),
                                                      [](const std::string& global) { return is_tensor_global(global); });
    check_tensors(*tensors.dictionary, storages_in(*tensors.archive, "data/"));
}

LocatedTensor ProgramRecords::find(const std::string& path, bool is_constant) const {
    for (const Tensors* tensors : {is_constant ? &constants_ : &state_, is_constant ? &state_ : &constants_})
        if (const std::optional<LocatedTensor> found = find_in(*tensors, path)) return *found;
    throw Error("its tensor " + shown(path) + " is missing, so it is damaged");
}

std::optional<LocatedTensor> ProgramRecords::find_in(const Tensors& tensors, const std::string& path) const {
    if (const auto payload = tensors.payloads.find(path); payload != tensors.payloads.end())
        return payload_tensor(tensors, path, payload->second);
    if (tensors.dictionary == nullptr) return std::nullopt;
    const PickleNode* node = tensors.dictionary->find(tensors.dictionary->root(), path);
    if (node == nullptr) return std::nullopt;
    const auto stored = tensor_at(*tensors.dictionary, *node, storages_in(*tensors.archive, "data/"));
    if (!stored) throw Error("its " + shown(path) + " is no tensor, and ClipScope opens nothing else");
    return LocatedTensor{tensors.archive.get(), *stored};
}

LocatedTensor ProgramRecords::payload_tensor(const Tensors& tensors, const std::string& path, const ExportedPayload& payload) const {
    if (payload.is_pickled)
        throw Error("its " + shown(path) + " is an object of a class of its own, not a plain tensor; convert it before the export");
    const ElementType type = element_type(payload.scalar_type, path);
    const ZipRecord* record = archive_.find(tensors.folder + payload.record);
    if (record == nullptr) throw Error("its tensor " + shown(path) + " has no content, so it is damaged");
    const auto end = end_of(payload);
    if (!end || record->is_compressed || std::uint64_t(*end) > record->size / bytes_of(type))
        throw Error("its tensor " + shown(path) + " claims a size that its record " + shown(record->name) + " does not have");
    return {&archive_, {.type = type, .record = record, .offset = payload.offset, .sizes = payload.sizes, .strides = payload.strides}};
}

}  // namespace clipscope
