// A pickle as it lies inside a model file, and the tensors that it describes. The archive around it holds one storage of 64 bytes, data/0.
#include <sstream>
#include <string>

#include "archives/pickle_tree.h"
#include "common/error.h"
#include "fuzz_target.h"
#include "network/formats/records/stored_tensor.h"
#include "small_archive.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace clipscope;
    static std::istringstream file(small_archive("data/0", std::string(64, '\0')));
    static const ZipArchive archive(file);
    try {
        const PickleTree tree(std::string_view(reinterpret_cast<const char*>(data), size),
                              [](const std::string& name) { return is_tensor_global(name); });
        for (const PickleNode& node : tree.nodes()) tree.find(node, "state_dict");
        check_tensors(tree, storages_in(archive, "data/"));
    } catch (const Error&) {
    }
    return 0;
}
