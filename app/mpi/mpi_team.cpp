#include "mpi_team.h"

#include <mpi.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <exception>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>

#include "common/error.h"
#include "evaluation/item_workers.h"
#include "item_message.h"

namespace clipscope::cli {
namespace {

using namespace std::chrono_literals;

// MPI's own waiting takes a whole core, which a worker may need.
constexpr auto between_looks = 100us;
constexpr int most_phases = 30'000;  // the standard allows tags to 32767

// A message of this phase that is there, from whom; nothing where there is none.
std::optional<std::pair<int, std::string>> receive(int tag) {
    int is_there = 0;
    MPI_Status status;
    MPI_Iprobe(MPI_ANY_SOURCE, tag, MPI_COMM_WORLD, &is_there, &status);
    if (!is_there) return std::nullopt;
    int size = 0;
    MPI_Get_count(&status, MPI_BYTE, &size);
    std::string bytes(std::size_t(size), '\0');
    MPI_Recv(bytes.data(), size, MPI_BYTE, status.MPI_SOURCE, tag, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    return std::pair(status.MPI_SOURCE, std::move(bytes));
}

void send(int to, int tag, const std::string& bytes) {
    MPI_Send(bytes.data(), int(bytes.size()), MPI_BYTE, to, tag, MPI_COMM_WORLD);
}

// This process's workers, in threads beside the one that speaks MPI.
class Workers {
public:
    Workers(const ItemWork& work, const ItemSource& source, std::function<void(std::size_t item)> on_done, int threads,
            const std::stop_token& stop)
        : forward_(stop, [this] { own_stop_.request_stop(); }) {
        thread_ = std::jthread([this, &work, source, on_done, threads, stopped = own_stop_.get_token()] {
            try {
                const ItemWork alone{.count = work.count,
                                     .make_task = [&]() -> ItemTask {
                                         return [task = work.make_task(), on_done](std::size_t item, const std::stop_token& stopped) {
                                             task(item, stopped);
                                             if (!stopped.stop_requested()) on_done(item);
                                         };
                                     },
                                     .release_memory = work.release_memory};
                run_items_from(source, alone, threads, stopped);
            } catch (...) {
                failure_ = std::current_exception();
            }
            is_over_ = true;
        });
    }

    ~Workers() { own_stop_.request_stop(); }
    Workers(const Workers&) = delete;
    Workers& operator=(const Workers&) = delete;

    // Throws what a worker threw.
    bool is_over() const {
        if (is_over_ && failure_) std::rethrow_exception(failure_);
        return is_over_;
    }

private:
    std::stop_source own_stop_;
    std::stop_callback<std::function<void()>> forward_;
    std::exception_ptr failure_;
    std::atomic<bool> is_over_{false};
    std::jthread thread_;
};

}  // namespace

MpiTeam::MpiTeam() {
    MPI_Comm_rank(MPI_COMM_WORLD, &rank_);
    MPI_Comm_size(MPI_COMM_WORLD, &size_);
}

int MpiTeam::ranks_on_this_machine() const {
    MPI_Comm here = MPI_COMM_NULL;
    MPI_Comm_split_type(MPI_COMM_WORLD, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &here);
    int ranks = 1;
    MPI_Comm_size(here, &ranks);
    MPI_Comm_free(&here);
    return ranks;
}

void MpiTeam::run(const ItemWork& work, int threads, std::stop_token stop) {
    ItemWork alone = work;
    alone.team = nullptr;
    if (size_ == 1) return run_items(alone, threads, std::move(stop));
    phase_ = phase_ % most_phases + 1;
    Results results(work.exchange.is_for_all ? work.count : 0);
    if (is_first())
        lead(work, threads, stop, results);
    else
        follow(work, threads, results);
    if (work.exchange.is_for_all && !is_stopped_) share(work, results);
}

void MpiTeam::lead(const ItemWork& work, int threads, const std::stop_token& stop, Results& results) {
    std::mutex mutex;  // of the two below
    std::size_t next = 0, done = 0;
    const ItemSource source = [&]() -> std::optional<std::size_t> {
        const std::lock_guard lock(mutex);
        return next < work.count ? std::optional(next++) : std::nullopt;
    };
    const auto on_done = [&](std::size_t item) {
        if (!results.empty()) results[item] = work.exchange.take(item);
        const std::lock_guard lock(mutex);
        ++done;
    };
    const auto is_all_done = [&] {
        const std::lock_guard lock(mutex);
        return done == work.count;
    };
    const auto take_results = [&](ItemReport& report) {
        for (auto& [item, bytes] : report.results) {
            work.exchange.put(item, bytes);
            if (!results.empty()) results[item] = std::move(bytes);
        }
        const std::lock_guard lock(mutex);
        done += report.results.size();
    };
    const Workers workers(work, source, on_done, threads, stop);
    int told_of_end = 0;
    while (!is_all_done() || told_of_end < size_ - 1 || !workers.is_over()) {
        if (stop.stop_requested()) {
            is_stopped_ = true;
            return;
        }
        workers.is_over();
        auto message = receive(phase_);
        if (!message) {
            std::this_thread::sleep_for(between_looks);
            continue;
        }
        ItemReport report = report_from_message(message->second);
        if (report.items != work.count)
            throw Error("Two ranks do other jobs: give all of them the same command, the same version and the same files.");
        if (report.wanted > 0) {
            std::string answer;
            for (std::uint64_t i = 0; i < report.wanted; ++i)
                if (const auto item = source()) answer.append(reinterpret_cast<const char*>(&*item), sizeof *item);
            told_of_end += answer.empty();
            send(message->first, phase_, answer);
        }
        take_results(report);
    }
}

void MpiTeam::follow(const ItemWork& work, int threads, Results& results) {
    std::mutex mutex;  // of all below
    std::condition_variable changed;
    std::deque<std::size_t> queue;
    bool is_end = false;
    ItemReport report{.items = work.count};
    const ItemSource source = [&]() -> std::optional<std::size_t> {
        std::unique_lock lock(mutex);
        changed.wait(lock, [&] { return !queue.empty() || is_end; });
        if (queue.empty()) return std::nullopt;
        const std::size_t item = queue.front();
        queue.pop_front();
        return item;
    };
    const auto on_done = [&](std::size_t item) {
        std::string bytes = work.exchange.take(item);
        const std::lock_guard lock(mutex);
        if (!results.empty()) results[item] = bytes;
        report.results.emplace_back(item, std::move(bytes));
    };
    const auto end = [&] {
        const std::lock_guard lock(mutex);
        is_end = true;
        changed.notify_all();
    };
    // Whatever happens here, the workers do not wait for items for ever.
    struct AtEnd {
        const std::function<void()> function;
        ~AtEnd() { function(); }
    };
    const Workers workers(work, source, on_done, threads, {});
    const AtEnd at_end{end};
    for (;;) {
        const bool is_over = workers.is_over();
        ItemReport message{.items = work.count};
        {
            const std::lock_guard lock(mutex);
            // One item in work and one in store for each worker, so that none waits for an answer.
            const auto room = std::size_t(threads) * 2;
            if (!is_end && queue.size() < std::size_t(threads)) message.wanted = room - queue.size();
            std::swap(message.results, report.results);
        }
        if (message.results.empty() && message.wanted == 0) {
            if (is_over) return;
            std::this_thread::sleep_for(between_looks);
            continue;
        }
        send(0, phase_, to_message(message));
        if (message.wanted == 0) continue;
        auto answer = receive(phase_);
        for (; !answer; answer = receive(phase_)) std::this_thread::sleep_for(between_looks);
        const std::lock_guard lock(mutex);
        for (std::size_t place = 0; place < answer->second.size(); place += sizeof(std::size_t)) {
            std::size_t item = 0;
            std::copy_n(answer->second.data() + place, sizeof item, reinterpret_cast<char*>(&item));
            queue.push_back(item);
        }
        is_end |= answer->second.empty();
        changed.notify_all();
    }
}

void MpiTeam::share(const ItemWork& work, Results& results) {
    ItemReport all{.items = work.count};
    if (is_first())
        for (std::size_t item = 0; item < results.size(); ++item) all.results.emplace_back(item, std::move(results[item]));
    const std::string message = broadcast(is_first() ? to_message(all) : std::string());
    if (is_first()) return;
    for (const auto& [item, bytes] : report_from_message(message).results)
        if (results[item].empty()) work.exchange.put(item, bytes);
}

std::string MpiTeam::broadcast(std::string bytes) {
    if (is_stopped_) return bytes;
    std::uint64_t size = bytes.size();
    MPI_Bcast(&size, 1, MPI_UINT64_T, 0, MPI_COMM_WORLD);
    bytes.resize(size);
    constexpr std::uint64_t at_once = 1 << 30;
    for (std::uint64_t place = 0; place < size; place += at_once)
        MPI_Bcast(bytes.data() + place, int(std::min(at_once, size - place)), MPI_BYTE, 0, MPI_COMM_WORLD);
    return bytes;
}

void MpiTeam::sum(std::span<std::int64_t> numbers) {
    if (is_stopped_) return;
    MPI_Allreduce(MPI_IN_PLACE, numbers.data(), int(numbers.size()), MPI_INT64_T, MPI_SUM, MPI_COMM_WORLD);
}

void MpiTeam::check_same(const std::string& text) {
    const std::string of_first = broadcast(text);
    if (of_first != text)
        throw Error("Rank " + std::to_string(rank_) + " has other files, another version or another kind of processor than rank 0 (" +
                    text + " instead of " + of_first + "): give all ranks the same.");
}

bool MpiTeam::decide(bool of_first) {
    return broadcast(of_first ? "1" : "0") == "1";
}

}  // namespace clipscope::cli
