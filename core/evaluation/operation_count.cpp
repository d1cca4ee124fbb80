#include "evaluation/operation_count.h"

#include <atomic>

namespace clipscope {

namespace {

std::atomic<std::uint64_t> total{0};

}  // namespace

void count_multiplications(std::uint64_t number) {
    total.fetch_add(number, std::memory_order_relaxed);
}

std::uint64_t multiplications_so_far() {
    return total.load(std::memory_order_relaxed);
}

}  // namespace clipscope
