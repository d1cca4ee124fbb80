// The records of a .pt2 file, in both of its layouts: one JSON program with its state in archives of torch.save's within the archive
// (PyTorch 2.2 to 2.7), and the PT2 archive with a folder of weights (2.8 on). Everything is checked before it is used. No LibTorch.
#pragma once

#include <istream>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "archives/pickle_tree.h"
#include "archives/zip_archive.h"
#include "network/formats/exported_program/exported_program.h"
#include "network/formats/records/stored_tensor.h"

namespace clipscope {

bool is_exported_program(const ZipArchive& archive);

// A tensor and the archive whose records hold it.
struct LocatedTensor {
    const ZipArchive* archive = nullptr;
    StoredTensor tensor;
};

class ProgramRecords {
public:
    // Reads the program and finds its tensors; `archive` must outlive it. Throws Error with a clause that completes "PATH cannot be opened:
    // ..." where something is damaged, suspicious or of a kind that ClipScope does not run.
    explicit ProgramRecords(const ZipArchive& archive);

    const ExportedProgram& program() const { return program_; }

    // Of the state or, for what is no part of it, the constants. Throws Error likewise where there is none.
    LocatedTensor find(const std::string& path, bool is_constant) const;

private:
    // Tensors by their paths, as torch.save's dictionary or as a table of records.
    struct Tensors {
        std::unique_ptr<std::istream> file;
        std::unique_ptr<ZipArchive> archive;
        std::unique_ptr<PickleTree> dictionary;
        std::map<std::string, ExportedPayload> payloads;
        std::string folder;  // of the payloads' records
    };

    void read_separate_records();
    void read_archive();
    std::string read_program(const std::string& name);
    void open_dictionary(const ZipRecord& record, Tensors& tensors) const;
    void open_tensors(const std::string& folder, const std::string& model, Tensors& tensors) const;
    std::optional<LocatedTensor> find_in(const Tensors& tensors, const std::string& path) const;
    LocatedTensor payload_tensor(const Tensors& tensors, const std::string& path, const ExportedPayload& payload) const;

    const ZipArchive& archive_;
    ExportedProgram program_;
    Tensors state_;
    Tensors constants_;
};

}  // namespace clipscope
