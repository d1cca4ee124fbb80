// The JSON of a torch.export file: the program, brought into ClipScope's own operations, and the table of its tensors.
#include <string>

#include "common/error.h"
#include "fuzz_target.h"
#include "network/formats/exported_program/operations.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace clipscope;
    const std::string text(reinterpret_cast<const char*>(data), size);
    try {
        ExportedProgram program = parse_program(text, "program.json");
        rewrite_operations(program);
    } catch (const Error&) {
    }
    try {
        parse_payloads(text, "weights.json");
    } catch (const Error&) {
    }
    return 0;
}
