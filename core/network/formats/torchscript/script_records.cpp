#include "network/formats/torchscript/script_records.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "archives/pickle_tree.h"
#include "common/error.h"
#include "common/text_list.h"
#include "network/formats/records/stored_tensor.h"

namespace clipscope {

namespace {

// The records that LibTorch asks for while it opens an archive, with those below the folders. It never looks at any other, such as the
// example inputs that PyTorch 2.1 and later write beside a trace, or the byte code of an export for phones.
constexpr std::array<std::string_view, 8> single_records{
    "data.pkl",           "constants.pkl",          "version",      "byteorder", ".format_version",
    ".storage_alignment", ".data/serialization_id", ".data/version"};
constexpr std::array<std::string_view, 4> folders{"data/", "constants/", "code/", "extra/"};
// Where it finds this one it takes the archive for one of the form before PyTorch 1.2, whose records nobody judges here.
constexpr std::string_view old_form = "model.json";
constexpr std::array<std::string_view, 6> pickle_functions{"torch.device",
                                                           "torch.jit._pickle.build_intlist",
                                                           "torch.jit._pickle.build_doublelist",
                                                           "torch.jit._pickle.build_boollist",
                                                           "torch.jit._pickle.build_tensorlist",
                                                           "torch.jit._pickle.restore_type_tag"};
constexpr int max_type_depth = 30;

bool is_pickle_function(const std::string& name) {
    return std::find(pickle_functions.begin(), pickle_functions.end(), name) != pickle_functions.end();
}

bool is_asked_for(std::string_view name) {
    return name == old_form || std::find(single_records.begin(), single_records.end(), name) != single_records.end() ||
           std::any_of(folders.begin(), folders.end(), [&](std::string_view folder) { return name.starts_with(folder); });
}

// A record that LibTorch does not ask for is not read here either, whatever its size.
void check_record(const ZipRecord& record) {
    const std::string& name = record.name;
    // LibTorch finds records whatever their case: one that is written otherwise would pass what is judged by its name.
    const bool is_ignored = !is_asked_for(lower_case(name));
    if (is_ignored) return;
    if (name == old_form)
        throw Error(
            "it has the form that PyTorch 1.0 and 1.1 gave to TorchScript (model.json); load it in a later PyTorch and save it again");
    const bool is_content = name.starts_with("data/") || name.starts_with("constants/");
    const bool is_other_code = name.starts_with("code/") && !name.ends_with(".py") && !name.ends_with(".py.debug_pkl");
    if (!is_asked_for(name) || is_other_code) throw Error("it holds the record " + name.substr(0, 200) + ", which is no part of a network");
    if (is_content ? record.is_compressed : record.size > max_pickle_size)
        throw Error("its record " + name + " claims " + std::to_string(record.size) + " bytes, more than any network needs there");
}

// Types are texts such as "Dict[str, Tensor]" that LibTorch parses by recursion.
void check_type_text(const std::string& text) {
    int depth = 0;
    for (const char c : text) {
        depth += c == '[' || c == '(' ? 1 : c == ']' || c == ')' ? -1 : 0;
        if (depth > max_type_depth || text.size() > 10'000) throw Error("one of its pickles names a type that is nested too deeply");
    }
}

class PickleCheck {
public:
    PickleCheck(const ZipArchive& archive, const std::unordered_set<std::string>& classes) : archive_(archive), classes_(classes) {}

    void check(const std::string& record, const std::string& folder) const {
        const PickleTree tree(archive_.read(*archive_.find(record), max_pickle_size),
                              [this](const std::string& name) { return allows(name); });
        for (const PickleNode& node : tree.nodes()) check(tree, node);
        check_tensors(tree, storages_in(archive_, folder));
    }

private:
    bool allows(const std::string& name) const { return is_tensor_global(name) || is_pickle_function(name) || classes_.contains(name); }

    void check(const PickleTree& tree, const PickleNode& node) const {
        if (node.kind != PickleKind::call && node.kind != PickleKind::instance) {
            if (!node.state.empty()) throw Error("one of its pickles gives a state to what has none");
            return;
        }
        const std::string& name = tree.at(node.items[0]).text;
        const PickleNode& arguments = tree.at(node.items[1]);
        if (node.kind == PickleKind::instance) {
            if (!classes_.contains(name) || !arguments.items.empty() || node.state.size() > 1 ||
                (!node.state.empty() && tree.at(node.state[0]).kind != PickleKind::dictionary))
                throw Error("one of its pickles makes a " + name + " in a way that could run code");
            return;
        }
        if (classes_.contains(name) || !node.state.empty()) throw Error("one of its pickles calls " + name + ", which could run code");
        if (name == "torch.device" && (arguments.items.size() != 1 || tree.at(arguments.items[0]).kind != PickleKind::text))
            throw Error("one of its pickles names a device that is no text");
        if (name.ends_with("restore_type_tag")) {
            if (arguments.items.size() != 2 || tree.at(arguments.items[1]).kind != PickleKind::text)
                throw Error("one of its pickles names a type that is no text");
            check_type_text(tree.at(arguments.items[1]).text);
        }
    }

    const ZipArchive& archive_;
    const std::unordered_set<std::string>& classes_;
};

}  // namespace

bool is_torchscript(const ZipArchive& archive) {
    return archive.has_one_folder() && archive.find("constants.pkl") != nullptr;
}

void check_script_records(const ZipArchive& archive, const std::unordered_set<std::string>& classes) {
    if (!is_torchscript(archive) || archive.find("data.pkl") == nullptr ||
        (archive.find("version") == nullptr && archive.find(".data/version") == nullptr))
        throw Error("it lacks data.pkl, constants.pkl or its version, so it is damaged");
    for (const ZipRecord& record : archive.records()) check_record(record);
    const PickleCheck check(archive, classes);
    check.check("data.pkl", "data/");
    check.check("constants.pkl", "constants/");
    // Where the code came from in the original files: lists of numbers and texts.
    const std::unordered_set<std::string> none;
    const PickleCheck plain(archive, none);
    for (const ZipRecord& record : archive.records())
        if (record.name.starts_with("code/") && record.name.ends_with(".debug_pkl")) plain.check(record.name, "data/");
}

}  // namespace clipscope
