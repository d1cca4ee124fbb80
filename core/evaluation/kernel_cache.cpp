#include "evaluation/kernel_cache.h"

#include <cstdlib>

namespace clipscope {

void limit_kernel_cache() {
    constexpr int keep_what_the_user_says = 0;
    setenv("ONEDNN_PRIMITIVE_CACHE_CAPACITY", "64", keep_what_the_user_says);
}

}  // namespace clipscope
