// A file of the safetensors format, from its first byte to its last.
#include <sstream>
#include <string>
#include <vector>

#include "common/error.h"
#include "fuzz_target.h"
#include "network/formats/records/safetensors.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace clipscope;
    const std::string bytes(reinterpret_cast<const char*>(data), size);
    std::istringstream file(bytes);
    try {
        is_safetensors(bytes);
        for (const SafeTensor& tensor : read_safetensors_header(file)) {
            std::vector<std::uint8_t> content(tensor.bytes);
            read_safetensor(file, tensor, content);
        }
    } catch (const Error&) {
    }
    return 0;
}
