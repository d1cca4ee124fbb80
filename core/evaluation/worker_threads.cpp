#include "evaluation/worker_threads.h"

#include <ATen/Parallel.h>
#include <dlfcn.h>

#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace clipscope {

namespace {

// OpenBLAS keeps a thread count of its own, which LibTorch does not set; other BLAS libraries do not have this function.
void use_one_blas_thread() {
    using SetThreads = void (*)(int);
    static const auto set_threads = reinterpret_cast<SetThreads>(dlsym(RTLD_DEFAULT, "openblas_set_num_threads"));
    if (set_threads) set_threads(1);
}

}  // namespace

void run_on_workers(int threads, std::stop_token stop, const std::function<void(int worker, std::stop_token stop)>& task) {
    std::stop_source stop_all;
    const std::stop_callback forward(stop, [&] { stop_all.request_stop(); });
    std::exception_ptr failure;
    std::mutex failure_mutex;
    const auto body = [&](int worker) {
        try {
            at::set_num_threads(1);
            task(worker, stop_all.get_token());
        } catch (...) {
            stop_all.request_stop();
            const std::lock_guard lock(failure_mutex);
            if (!failure) failure = std::current_exception();
        }
    };
    use_one_blas_thread();
    {
        std::vector<std::jthread> workers;
        for (int worker = 0; worker < threads; ++worker) workers.emplace_back(body, worker);
    }
    if (failure) std::rethrow_exception(failure);
}

}  // namespace clipscope
