// Hands out a job's items to workers and goes on where memory runs out: caches shrink first, then the number of workers. This header knows
// no LibTorch.
#pragma once

#include <cstddef>
#include <exception>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>

#include "evaluation/item_team.h"

namespace clipscope {

// Whether it says that memory could not be allocated, on the CPU or on a GPU.
bool is_out_of_memory(const std::exception_ptr& failure);

// Does one item; owned and called by one worker.
using ItemTask = std::function<void(std::size_t item, const std::stop_token& stop)>;

// How results go from the process that did an item to others; called by any thread.
struct ItemExchange {
    std::function<std::string(std::size_t item)> take{};                    // the result of an item done here, as bytes, once
    std::function<void(std::size_t item, const std::string& bytes)> put{};  // the result of one done elsewhere
    bool is_for_all = false;                                                // what follows depends on it, so every member needs it
};

struct ItemWork {
    std::size_t count = 0;                 // items, 0, 1, ...
    std::function<ItemTask()> make_task;   // called by each worker
    std::function<bool()> release_memory;  // gives back what is only kept for speed, while no worker runs; false where there is nothing
    ItemTeam* team = nullptr;              // that does the items together; null: this process alone
    ItemExchange exchange{};               // of a team
};

// Each item is done once, in any order, by one of so many workers (run_on_workers()). Where memory runs out, the item begins again once
// memory was released or, where there is none to release, once half of the workers are gone. Throws Error where a single worker has too
// little, and what a task throws.
void run_items(const ItemWork& work, int threads, std::stop_token stop);

// The next item to be done; nothing where there will be no more. May block. Called by several threads at once.
using ItemSource = std::function<std::optional<std::size_t>()>;

// The same for the items that a source gives, by this process alone.
void run_items_from(const ItemSource& source, const ItemWork& work, int threads, std::stop_token stop);

}  // namespace clipscope
