#include "evaluation/item_workers.h"

#include <c10/util/Exception.h>

#include <atomic>
#include <new>
#include <numeric>
#include <string_view>
#include <vector>

#include "common/error.h"
#include "evaluation/worker_threads.h"

namespace clipscope {

namespace {

// One worker's part of the items; those that it did are marked. True where memory ran out.
bool work_on(const ItemWork& work, const std::vector<std::size_t>& items, std::atomic<std::size_t>& next, std::atomic<bool>& is_short,
             std::vector<char>& is_done, const std::stop_token& stop) {
    try {
        const ItemTask task = work.make_task();
        for (std::size_t i = next++; i < items.size() && !stop.stop_requested() && !is_short; i = next++) {
            task(items[i], stop);
            is_done[i] = true;
        }
    } catch (...) {
        if (!is_out_of_memory(std::current_exception())) throw;
        return true;
    }
    return false;
}

}  // namespace

bool is_out_of_memory(const std::exception_ptr& failure) {
    try {
        std::rethrow_exception(failure);
    } catch (const std::bad_alloc&) {
        return true;
    } catch (const c10::Error& error) {
        const std::string_view text = error.what_without_backtrace();
        return text.find("can't allocate memory") != text.npos || text.find("out of memory") != text.npos;
    } catch (...) {
        return false;
    }
}

void run_items(const ItemWork& work, int threads, std::stop_token stop) {
    std::vector<std::size_t> items(work.count);
    std::iota(items.begin(), items.end(), std::size_t(0));
    while (!items.empty() && !stop.stop_requested()) {
        std::atomic<std::size_t> next{0};
        std::atomic<bool> is_short{false};
        std::vector<char> is_done(items.size(), false);
        run_on_workers(threads, stop, [&](int, const std::stop_token& stopped) {
            if (work_on(work, items, next, is_short, is_done, stopped)) is_short = true;
        });
        if (!is_short) return;
        std::vector<std::size_t> left;
        for (std::size_t i = 0; i < items.size(); ++i)
            if (!is_done[i]) left.push_back(items[i]);
        items = std::move(left);
        if (work.release_memory()) continue;
        if (threads == 1)
            throw Error("There is not enough memory for a pass of a chunk of images: choose smaller chunks or close other programs.");
        threads /= 2;
    }
}

}  // namespace clipscope
