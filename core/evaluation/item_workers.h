// Hands out a job's items to workers and goes on where memory runs out: caches shrink first, then the number of workers. This header knows
// no LibTorch.
#pragma once

#include <cstddef>
#include <exception>
#include <functional>
#include <stop_token>

namespace clipscope {

// Whether it says that memory could not be allocated, on the CPU or on a GPU.
bool is_out_of_memory(const std::exception_ptr& failure);

// Does one item; owned and called by one worker.
using ItemTask = std::function<void(std::size_t item, const std::stop_token& stop)>;

struct ItemWork {
    std::size_t count = 0;                 // items, 0, 1, ...
    std::function<ItemTask()> make_task;   // called by each worker
    std::function<bool()> release_memory;  // gives back what is only kept for speed, while no worker runs; false where there is nothing
};

// Each item is done once, in any order, by one of so many workers (run_on_workers()). Where memory runs out, the item begins again once
// memory was released or, where there is none to release, once half of the workers are gone. Throws Error where a single worker has too
// little, and what a task throws.
void run_items(const ItemWork& work, int threads, std::stop_token stop);

}  // namespace clipscope
