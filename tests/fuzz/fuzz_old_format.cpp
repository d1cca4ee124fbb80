// A file of torch.save's old format: its pickles, the list of its storages and their content.
#include <sstream>
#include <string>
#include <vector>

#include "common/error.h"
#include "fuzz_target.h"
#include "network/formats/records/saved_object.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace clipscope;
    const std::string bytes(reinterpret_cast<const char*>(data), size);
    std::istringstream file(bytes);
    try {
        is_old_torch_save(bytes);
        const SavedObject object(file, [](const std::string&) { return true; });
        for (const PickleNode& node : object.tree().nodes()) {
            const auto tensor = object.tensor_at(node);
            if (!tensor) continue;
            std::vector<std::uint8_t> content(tensor->record->size);
            object.read_storage(*tensor, content);
        }
    } catch (const Error&) {
    }
    return 0;
}
