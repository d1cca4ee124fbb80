// Several processes that do one job in step: each runs the same job from the same study, and where items are handed out (run_items()) each
// item is done by one of them. All calls come from the thread that runs the job, in the same order in every process. No LibTorch.
#pragma once

#include <cstdint>
#include <span>
#include <stop_token>
#include <string>

namespace clipscope {

struct ItemWork;

class ItemTeam {
public:
    virtual ~ItemTeam() = default;

    // The first member hands out the items, keeps the results and goes on from them; the others need those only where the work says so.
    virtual bool is_first() const = 0;

    // Each item is done once, by one of so many workers of one of the members; the first has its result then. Items go to whoever asks, so
    // that quick members do more. Throws what a task throws; where a member ends, all end.
    virtual void run(const ItemWork& work, int threads, std::stop_token stop) = 0;

    // Every number becomes the sum of all members' ones.
    virtual void sum(std::span<std::int64_t> numbers) = 0;

    // Throws Error in all members where the text of one, of its files, versions and processor, is another one than the first's.
    virtual void check_same(const std::string& text) = 0;

    // What the first member says, where the clock decides.
    virtual bool decide(bool of_first) = 0;
};

}  // namespace clipscope
