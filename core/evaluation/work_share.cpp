#include "evaluation/work_share.h"

#include <algorithm>
#include <numeric>
#include <optional>
#include <utility>

#include "common/error.h"
#include "common/number_text.h"
#include "common/text_list.h"

namespace clipscope {
namespace {

constexpr std::size_t most_looked_at = 10'000'000;  // pieces

}  // namespace

WorkSlice WorkSlice::parse(const std::string& text) {
    std::vector<int> numbers;
    for (const std::string& part : split_list(text, '/'))
        if (const std::optional<double> number = parse_number(part); number && *number >= 1 && *number <= most && *number == int(*number))
            numbers.push_back(int(*number));
    if (numbers.size() != 2 || split_list(text, '/').size() != 2 || numbers[0] > numbers[1])
        throw UsageError("'" + text + "' is no slice: give its number and how many there are, from 1/16 to 16/16");
    return {numbers[0], numbers[1]};
}

bool WorkShare::holds(std::size_t piece) const {
    return slices.empty() || std::ranges::any_of(slices, [&](const WorkSlice& slice) { return slice.holds(piece); });
}

std::vector<WorkSlice> missing_slices(const std::vector<WorkSlice>& slices) {
    // Pieces repeat after the least common multiple of the counts, which are mostly all the same.
    std::size_t period = 1;
    for (const WorkSlice& slice : slices) period = std::min(std::lcm(period, std::size_t(slice.count)), most_looked_at);
    std::vector<bool> is_there(period, false);
    for (const WorkSlice& slice : slices)
        for (auto piece = std::size_t(slice.number) - 1; piece < period; piece += std::size_t(slice.count)) is_there[piece] = true;
    // Of several counts the one that needs fewest slices says what is missing.
    std::vector<WorkSlice> least;
    bool is_first = true;
    for (const WorkSlice& of_count : slices) {
        std::vector<WorkSlice> missing;
        for (WorkSlice slice{1, of_count.count}; slice.number <= slice.count; ++slice.number)
            for (auto piece = std::size_t(slice.number) - 1; piece < period; piece += std::size_t(slice.count))
                if (!is_there[piece]) {
                    missing.push_back(slice);
                    break;
                }
        if (is_first || missing.size() < least.size()) least = std::move(missing);
        is_first = false;
    }
    return least;
}

}  // namespace clipscope
