// How much memory this process has had resident at most (Linux's VmHWM).
#pragma once

#include <cstddef>

namespace clipscope {

// Lets the peak begin anew at what is resident now, after giving freed memory back to the system. Returns false where the system does not
// allow it; then the peak goes on counting from the start of the process.
bool reset_peak_memory();

// In bytes; 0 where the system does not tell.
std::size_t peak_memory_bytes();

}  // namespace clipscope
