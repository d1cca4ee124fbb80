// The code of a TorchScript file: bounded before LibTorch's parser sees it, then judged.
#include <sstream>
#include <string>

#include "common/error.h"
#include "fuzz_target.h"
#include "network/formats/torchscript/code_check.h"
#include "small_archive.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace clipscope;
    std::istringstream file(small_archive("code/__torch__.py", std::string(reinterpret_cast<const char*>(data), size)));
    const ZipArchive archive(file);
    try {
        check_code(archive);
    } catch (const Error&) {
    }
    return 0;
}
