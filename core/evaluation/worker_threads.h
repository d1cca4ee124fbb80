// Runs a task on several threads that each compute with one thread of LibTorch's, so that results do not depend on how many there are.
#pragma once

#include <functional>
#include <stop_token>

namespace clipscope {

// Calls task(worker, stop) on `threads` threads, worker = 0, 1, ...; returns when all are done. The token that tasks get is stopped with
// `stop`, and also once any task throws; the first exception is thrown again here.
void run_on_workers(int threads, std::stop_token stop, const std::function<void(int worker, std::stop_token stop)>& task);

}  // namespace clipscope
