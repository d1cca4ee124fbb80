// What every fuzz target defines: one input, any bytes. Returns 0; a finding is a crash, a sanitizer's report, a hang, or an exception that
// is no Error.
#pragma once

#include <cstddef>
#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
