// oneDNN keeps the kernels that it made for the latest 1,024 shapes. Faulty rows and channels come in ever new numbers, so most of these
// would never be used again: several hundred MiB.
#pragma once

namespace clipscope {

// Keeps a few of them only, unless ONEDNN_PRIMITIVE_CACHE_CAPACITY says otherwise. To be called once, before any other thread begins and
// before LibTorch computes anything.
void limit_kernel_cache();

}  // namespace clipscope
