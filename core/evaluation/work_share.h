// Which of a job's pieces this process does: all of them, those of some slices, or what a team of processes hands out. No LibTorch.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace clipscope {

class ItemTeam;

// Every count-th piece, from the number-th: "3/16" is the third of sixteen. All slices of a count together are every piece once.
struct WorkSlice {
    static constexpr int most = 100'000;

    int number = 1;  // 1 to count
    int count = 1;

    static WorkSlice parse(const std::string& text);  // throws UsageError
    std::string to_string() const { return std::to_string(number) + "/" + std::to_string(count); }
    bool holds(std::size_t piece) const { return piece % std::size_t(count) == std::size_t(number) - 1; }

    friend bool operator==(const WorkSlice&, const WorkSlice&) = default;
};

struct WorkShare {
    std::vector<WorkSlice> slices{};  // of these pieces each; none: everything
    ItemTeam* team = nullptr;         // that does the pieces together (item_team.h); null: this process alone

    bool is_part() const { return !slices.empty(); }
    bool holds(std::size_t piece) const;
};

// Slices that the given ones leave out, of a count that they have; none where together they are everything, or where none are given.
std::vector<WorkSlice> missing_slices(const std::vector<WorkSlice>& slices);

}  // namespace clipscope
