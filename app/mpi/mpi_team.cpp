#include "mpi_team.h"

#include <mpi.h>
#include <sched.h>

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
#include <utility>

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

// Items that the first handed out and results that it does not have yet, of a rank that computes for it. Any number of threads.
class ItemStore {
public:
    ItemStore(std::size_t items, std::size_t room) : items_(items), room_(room) {}

    // For a worker, which waits where there is none yet; nothing where there will be none.
    std::optional<std::size_t> next() {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return !queue_.empty() || is_end_; });
        if (queue_.empty()) return std::nullopt;
        const std::size_t item = queue_.front();
        queue_.pop_front();
        return item;
    }

    void put_result(std::size_t item, std::string bytes) {
        const std::lock_guard lock(mutex_);
        results_.emplace_back(item, std::move(bytes));
    }

    // What the first is to be told and asked now.
    ItemReport take_report() {
        const std::lock_guard lock(mutex_);
        const bool has_room = !is_end_ && queue_.size() < room_ / 2;
        return {.items = items_, .wanted = has_room ? room_ - queue_.size() : 0, .results = std::exchange(results_, {})};
    }

    // The first's answer: numbers of items, none where there are no more.
    void add(const std::string& answer) {
        const std::lock_guard lock(mutex_);
        for (std::size_t place = 0; place < answer.size(); place += sizeof(std::size_t)) {
            std::size_t item = 0;
            std::copy_n(answer.data() + place, sizeof item, reinterpret_cast<char*>(&item));
            queue_.push_back(item);
        }
        is_end_ |= answer.empty();
        changed_.notify_all();
    }

private:
    const std::size_t items_;
    const std::size_t room_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<std::size_t> queue_;
    std::vector<std::pair<std::uint64_t, std::string>> results_;
    bool is_end_ = false;
};

// Whatever happens, workers do not wait for items for ever.
class EndOfItems {
public:
    explicit EndOfItems(ItemStore& store) : store_(store) {}
    ~EndOfItems() { store_.add({}); }
    EndOfItems(const EndOfItems&) = delete;
    EndOfItems& operator=(const EndOfItems&) = delete;

private:
    ItemStore& store_;
};

}  // namespace

MpiTeam::MpiTeam() {
    MPI_Comm_rank(MPI_COMM_WORLD, &rank_);
    MPI_Comm_size(MPI_COMM_WORLD, &size_);
}

int MpiTeam::own_cores() const {
    MPI_Comm here = MPI_COMM_NULL;
    MPI_Comm_split_type(MPI_COMM_WORLD, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &here);
    cpu_set_t set;
    CPU_ZERO(&set);
    const bool is_known = sched_getaffinity(0, sizeof set, &set) == 0;
    std::vector<int> ranks_of_core(CPU_SETSIZE, 0);
    for (int core = 0; core < CPU_SETSIZE; ++core) ranks_of_core[std::size_t(core)] = is_known && CPU_ISSET(core, &set);
    MPI_Allreduce(MPI_IN_PLACE, ranks_of_core.data(), CPU_SETSIZE, MPI_INT, MPI_SUM, here);
    MPI_Comm_free(&here);
    double cores = 0;
    for (int core = 0; core < CPU_SETSIZE; ++core)
        if (is_known && CPU_ISSET(core, &set)) cores += 1.0 / ranks_of_core[std::size_t(core)];
    constexpr double rounding = 1e-6;
    return std::max(1, int(cores + rounding));
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
    // One item in work and one in store for each worker, so that none waits for an answer.
    ItemStore store(work.count, std::size_t(threads) * 2);
    const auto on_done = [&](std::size_t item) {
        std::string bytes = work.exchange.take(item);
        if (!results.empty()) results[item] = bytes;
        store.put_result(item, std::move(bytes));
    };
    const Workers workers(work, [&] { return store.next(); }, on_done, threads, {});
    const EndOfItems end(store);
    for (;;) {
        const bool is_over = workers.is_over();
        const ItemReport report = store.take_report();
        if (report.results.empty() && report.wanted == 0) {
            if (is_over) return;
            std::this_thread::sleep_for(between_looks);
            continue;
        }
        send(0, phase_, to_message(report));
        if (report.wanted == 0) continue;
        auto answer = receive(phase_);
        for (; !answer; answer = receive(phase_)) std::this_thread::sleep_for(between_looks);
        store.add(answer->second);
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
    if (is_stopped_) return;
    const int differs = broadcast(text) != text;
    std::vector<int> others(std::size_t(size_), 0);
    MPI_Allgather(&differs, 1, MPI_INT, others.data(), 1, MPI_INT, MPI_COMM_WORLD);
    std::string ranks;
    for (std::size_t rank = 0; rank < others.size(); ++rank)
        if (others[rank]) ranks += (ranks.empty() ? "" : ", ") + std::to_string(rank);
    if (!ranks.empty())
        throw Error("These ranks have something else than rank 0 (" + text + "): " + ranks +
                    ". Give all the same command, files and version, on machines of one kind.");
}

bool MpiTeam::decide(bool of_first) {
    return broadcast(of_first ? "1" : "0") == "1";
}

}  // namespace clipscope::cli
