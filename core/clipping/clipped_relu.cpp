// Built with -O3, so that the loops are vectorised in every build. Each is compiled for several instruction sets and chosen once at run
// time: a plain function pointer, because GCC's own way (target_clones) resolves before sanitizers have started.
#include "clipping/clipped_relu.h"

#include <vector>

namespace clipscope {
namespace {

// `in` may be `out`: the loops read and write the same position, so there is nothing for the vectoriser to fear.
#define CLIPSCOPE_INDEPENDENT_ITERATIONS _Pragma("GCC ivdep")

[[gnu::always_inline]] inline void relu_loop(const float* in, float* out, std::size_t n, float threshold) {
    CLIPSCOPE_INDEPENDENT_ITERATIONS
    for (std::size_t i = 0; i < n; ++i) {
        const float x = in[i];
        // Both comparisons are false for NaN; `&` rather than `&&` leaves no branch.
        out[i] = (x >= 0.0f) & (x <= threshold) ? x : 0.0f;
    }
}

[[gnu::always_inline]] inline void leaky_relu_loop(const float* in, float* out, std::size_t n, float threshold, float slope) {
    CLIPSCOPE_INDEPENDENT_ITERATIONS
    for (std::size_t i = 0; i < n; ++i) {
        const float x = in[i];
        const float scaled = slope * x;
        const float negative = (scaled >= -threshold) & (scaled < 0.0f) ? scaled : 0.0f;
        out[i] = (x >= 0.0f) & (x <= threshold) ? x : negative;
    }
}

[[gnu::always_inline]] inline void magnitude_loop(const float* in, float* out, std::size_t n, float threshold) {
    CLIPSCOPE_INDEPENDENT_ITERATIONS
    for (std::size_t i = 0; i < n; ++i) {
        const float y = in[i];
        out[i] = (y >= -threshold) & (y <= threshold) ? y : 0.0f;
    }
}

#define CLIPSCOPE_CLIP_KERNELS(suffix, attributes)                                                                  \
    attributes void relu_##suffix(const float* in, float* out, std::size_t n, float threshold) {                    \
        relu_loop(in, out, n, threshold);                                                                           \
    }                                                                                                               \
    attributes void leaky_relu_##suffix(const float* in, float* out, std::size_t n, float threshold, float slope) { \
        leaky_relu_loop(in, out, n, threshold, slope);                                                              \
    }                                                                                                               \
    attributes void magnitude_##suffix(const float* in, float* out, std::size_t n, float threshold) {               \
        magnitude_loop(in, out, n, threshold);                                                                      \
    }

#define CLIPSCOPE_KERNEL_TABLE(name, suffix)                         \
    ClipKernels {                                                    \
        name, relu_##suffix, leaky_relu_##suffix, magnitude_##suffix \
    }

CLIPSCOPE_CLIP_KERNELS(baseline, )
#if defined(__x86_64__)
CLIPSCOPE_CLIP_KERNELS(avx2, [[gnu::target("avx2")]])
CLIPSCOPE_CLIP_KERNELS(avx512, [[gnu::target("avx512f")]])
#endif

std::vector<ClipKernels> find_kernels() {
    std::vector<ClipKernels> kernels = {CLIPSCOPE_KERNEL_TABLE("baseline", baseline)};
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx2")) kernels.push_back(CLIPSCOPE_KERNEL_TABLE("avx2", avx2));
    if (__builtin_cpu_supports("avx512f")) kernels.push_back(CLIPSCOPE_KERNEL_TABLE("avx512", avx512));
#endif
    return kernels;
}

const ClipKernels& best_kernels() {
    static const ClipKernels kernels = available_clip_kernels().back();
    return kernels;
}

}  // namespace

std::span<const ClipKernels> available_clip_kernels() {
    static const std::vector<ClipKernels> kernels = find_kernels();
    return kernels;
}

void clip_relu(const float* in, float* out, std::size_t n, float threshold) {
    best_kernels().relu(in, out, n, threshold);
}

void clip_leaky_relu(const float* in, float* out, std::size_t n, float threshold, float slope) {
    best_kernels().leaky_relu(in, out, n, threshold, slope);
}

void clip_magnitude(const float* in, float* out, std::size_t n, float threshold) {
    best_kernels().magnitude(in, out, n, threshold);
}

}  // namespace clipscope
