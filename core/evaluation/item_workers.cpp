#include "evaluation/item_workers.h"

#include <c10/util/Exception.h>

#include <atomic>
#include <mutex>
#include <new>
#include <string_view>
#include <utility>
#include <vector>

#include "common/error.h"
#include "evaluation/worker_threads.h"

namespace clipscope {

namespace {

// Items that a worker began and could not finish, before those of the source.
class Queue {
public:
    explicit Queue(const ItemSource& source) : source_(source) {}

    std::optional<std::size_t> next() {
        {
            const std::lock_guard lock(mutex_);
            if (!again_.empty()) {
                const std::size_t item = again_.back();
                again_.pop_back();
                return item;
            }
        }
        return source_();
    }

    void put_back(std::size_t item) {
        const std::lock_guard lock(mutex_);
        again_.push_back(item);
    }

    bool is_empty() {
        const std::optional<std::size_t> item = next();
        if (item) put_back(*item);
        return !item;
    }

private:
    const ItemSource& source_;
    std::mutex mutex_;
    std::vector<std::size_t> again_;
};

// One worker's part of the items. True where memory ran out.
bool work_on(const ItemWork& work, Queue& queue, std::atomic<bool>& is_short, const std::stop_token& stop) {
    std::optional<std::size_t> item;
    try {
        const ItemTask task = work.make_task();
        while (!stop.stop_requested() && !is_short && (item = queue.next())) {
            task(*item, stop);
            item.reset();
        }
    } catch (...) {
        if (!is_out_of_memory(std::current_exception())) throw;
        if (item) queue.put_back(*item);
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

void run_items_from(const ItemSource& source, const ItemWork& work, int threads, std::stop_token stop) {
    Queue queue(source);
    while (!stop.stop_requested()) {
        std::atomic<bool> is_short{false};
        run_on_workers(threads, stop, [&](int, const std::stop_token& stopped) {
            if (work_on(work, queue, is_short, stopped)) is_short = true;
        });
        if (!is_short || queue.is_empty()) return;
        if (work.release_memory()) continue;
        if (threads == 1)
            throw Error("There is not enough memory for a pass of a chunk of images: choose smaller chunks or close other programs.");
        threads /= 2;
    }
}

void run_items(const ItemWork& work, int threads, std::stop_token stop) {
    if (work.team) return work.team->run(work, threads, stop);
    if (work.count == 0) return;
    std::atomic<std::size_t> next{0};
    const ItemSource source = [&]() -> std::optional<std::size_t> {
        const std::size_t item = next++;
        return item < work.count ? std::optional(item) : std::nullopt;
    };
    run_items_from(source, work, threads, std::move(stop));
}

}  // namespace clipscope
