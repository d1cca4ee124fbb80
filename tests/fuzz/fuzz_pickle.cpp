// A pickle as it lies inside a model file, and the tensors that it describes. The archive around it holds one storage of 64 bytes, data/0.
#include <sstream>
#include <string>

#include "common/error.h"
#include "fuzz_target.h"
#include "network/pickle_tree.h"
#include "network/stored_tensor.h"

namespace {

std::string number(std::uint64_t value, int bytes) {
    std::string text;
    for (int i = 0; i < bytes; ++i) text += static_cast<char>(value >> (8 * i) & 0xFF);
    return text;
}

std::string archive_bytes() {
    const std::string name = "a/data/0", content(64, '\0');
    const std::string sizes =
        number(0x758d6336, 4) + number(content.size(), 4) + number(content.size(), 4) + number(name.size(), 2) + number(0, 2);
    const std::string local = "PK\3\4" + number(0, 10) + sizes + name + content;
    const std::string entry = "PK\1\2" + number(0, 12) + sizes + number(0, 14) + name;
    return local + entry + "PK\5\6" + number(0, 4) + number(1, 2) + number(1, 2) + number(entry.size(), 4) + number(local.size(), 4) +
           number(0, 2);
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace clipscope;
    static std::istringstream file(archive_bytes());
    static const ZipArchive archive(file);
    try {
        const PickleTree tree(std::string_view(reinterpret_cast<const char*>(data), size),
                              [](const std::string& name) { return is_tensor_global(name); });
        for (const PickleNode& node : tree.nodes()) tree.find(node, "state_dict");
        check_tensors(tree, archive, "data/");
    } catch (const Error&) {
    }
    return 0;
}
