// A whole model file: its zip directory, its records, its pickles, its tensors.
#include <sstream>
#include <string>
#include <unordered_set>

#include "common/error.h"
#include "fuzz_target.h"
#include "network/formats/records/stored_tensor.h"
#include "network/formats/torchscript/script_records.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace clipscope;
    std::istringstream file(std::string(reinterpret_cast<const char*>(data), size));
    try {
        const ZipArchive archive(file);
        for (const ZipRecord& record : archive.records()) {
            try {
                archive.read(record, 1 << 20);
            } catch (const Error&) {
            }
        }
        check_script_records(archive, {"__torch__.Net"});
    } catch (const Error&) {
    }
    return 0;
}
