#include "common/peak_memory.h"

#include <malloc.h>

#include <fstream>
#include <limits>
#include <string>

namespace clipscope {

bool reset_peak_memory() {
#ifdef __GLIBC__
    malloc_trim(0);
#endif
    // See proc(5): 5 resets the peak resident set size.
    std::ofstream file("/proc/self/clear_refs");
    file << "5" << std::flush;
    return bool(file);
}

std::size_t peak_memory_bytes() {
    std::ifstream status("/proc/self/status");
    std::string key;
    while (status >> key) {
        std::size_t kibibytes = 0;
        if (key == "VmHWM:" && status >> kibibytes) return kibibytes * 1024;
        status.ignore(std::numeric_limits<std::streamsize>::max(), '\n');
    }
    return 0;
}

}  // namespace clipscope
