// Runs a task on several threads that each compute with one thread of LibTorch's, so that results do not depend on how many there are.
#pragma once

#include <cstddef>
#include <functional>

namespace clipscope {

// Calls task(worker) on `threads` threads, worker = 0, 1, ...; returns when all are done. The first exception is thrown again here.
void run_on_workers(int threads, const std::function<void(int worker)>& task);

}  // namespace clipscope
