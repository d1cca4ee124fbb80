// Lists of faults, for the memory of a small network.
#include <string>

#include "common/error.h"
#include "faults/fault_list.h"
#include "fuzz_target.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace clipscope;
    static const std::vector<LayerInfo> parts = [] {
        LayerInfo convolution;
        convolution.name = "CONV-1";
        convolution.path = "features.0";
        convolution.parameters = {{.path = "features.0.weight", .shape = {2, 3, 2, 2}, .elements = 24},
                                  {.path = "features.0.bias", .shape = {2}, .elements = 2, .word_bits = 8, .faulty_bits = 0xFF}};
        return std::vector<LayerInfo>{convolution};
    }();
    const std::string text(reinterpret_cast<const char*>(data), size);
    for (const ListGrouping grouping : {ListGrouping::as_named, ListGrouping::lines}) {
        try {
            for (const ListedTrial& trial : read_fault_list(text, "list.csv", parts, grouping)) {
                if (trial.count() < 1 || trial.faults().count_below(1) != trial.count()) __builtin_trap();
            }
        } catch (const Error&) {
        }
    }
    return 0;
}
