// What the ranks of a team write to the first and get back.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace clipscope::cli {

// To the first: results, and for how many items there is room.
struct ItemReport {
    std::uint64_t items = 0;                                       // of the whole work, as the sender knows it: a check
    std::uint64_t wanted = 0;                                      // 0: no answer is waited for
    std::vector<std::pair<std::uint64_t, std::string>> results{};  // items and what they came to
};

std::string to_message(const ItemReport& report);
// Throws Error where it is none.
ItemReport report_from_message(const std::string& message);

}  // namespace clipscope::cli
