// The time of now as files keep it.
#pragma once

#include <string>

namespace clipscope {

// UTC, to the second: "2026-11-23T08:00:00Z". May be called from any thread.
std::string now_text();

}  // namespace clipscope
