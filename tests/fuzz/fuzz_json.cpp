// Thresholds and result files: every reader of JSON sees every input, as a user may open any file as any kind.
#include <string>

#include "campaign/thresholds_file.h"
#include "common/error.h"
#include "fuzz_target.h"
#include "results/result_json.h"
#include "results/tuning_json.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace clipscope;
    const std::string text(reinterpret_cast<const char*>(data), size);
    const auto try_reader = [&](auto reader) {
        try {
            reader(text, "file.json");
        } catch (const Error&) {
        }
    };
    try_reader(thresholds_from_json);
    try_reader(result_from_json);
    try_reader(tuning_from_json);
    return 0;
}
