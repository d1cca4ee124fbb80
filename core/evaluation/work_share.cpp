#include "evaluation/work_share.h"

#include <algorithm>

#include "common/error.h"
#include "common/number_text.h"
#include "common/text_list.h"

namespace clipscope {

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
    // Where slices of several counts were made, one count is looked at after the other: the one that lacks least says what is missing.
    std::vector<WorkSlice> least;
    bool is_first = true;
    for (const WorkSlice& of_count : slices) {
        std::vector<WorkSlice> missing;
        for (int number = 1; number <= of_count.count; ++number) {
            const auto covers = [&](const WorkSlice& slice) {
                return of_count.count % slice.count == 0 && (number - slice.number) % slice.count == 0;
            };
            if (std::ranges::none_of(slices, covers)) missing.push_back({number, of_count.count});
        }
        if (is_first || missing.size() < least.size()) least = std::move(missing);
        is_first = false;
    }
    return least;
}

}  // namespace clipscope
