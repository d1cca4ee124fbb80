#include "evaluation/computing_device.h"

#include <ATen/Context.h>
#include <ATen/Version.h>
#include <torch/cuda.h>
#include <torch/version.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <mutex>

#include "common/error.h"
#include "evaluation/chosen_device_text.h"

namespace clipscope {

namespace {

namespace fs = std::filesystem;

// The text between a key and the end of its line; empty where there is none.
std::string value_after(const std::string& text, const std::string& key) {
    const std::size_t found = text.find(key);
    if (found == std::string::npos) return {};
    const std::size_t start = text.find_first_not_of(" \t", found + key.size());
    return start == std::string::npos ? std::string() : text.substr(start, text.find('\n', start) - start);
}

// What the driver calls the card; empty where there are several, which it may count in another order.
std::string only_card() {
    std::string name;
    std::error_code error;
    for (const fs::directory_entry& card : fs::directory_iterator("/proc/driver/nvidia/gpus", error)) {
        if (!name.empty()) return {};
        std::ifstream file(card.path() / "information");
        name = value_after({std::istreambuf_iterator<char>(file), {}}, "Model:");
    }
    return name;
}

}  // namespace

at::Device choose_device(const std::string& name) {
    if (name == "cpu") return at::kCPU;
    if (name == "auto") return torch::cuda::is_available() ? at::Device(at::kCUDA, 0) : at::Device(at::kCPU);
    try {
        const at::Device device(name);
        if (device.is_cpu()) return device;
        if (device.is_cuda() && torch::cuda::is_available() && std::max<int>(0, device.index()) < int(torch::cuda::device_count()))
            return device;
    } catch (const c10::Error&) {
        throw UsageError("\"" + name + "\" names no device: choose auto, cpu or cuda:0.");
    }
    throw UsageError("There is no device " + name + " here, or this LibTorch cannot use it: choose auto or cpu.");
}

void make_deterministic(at::Device device) {
    if (!device.is_cuda()) return;
    static std::once_flag done;
    std::call_once(done, [] {
        constexpr int keep = 0;  // what the user has set
        setenv("CUBLAS_WORKSPACE_CONFIG", ":4096:8", keep);
        at::Context& context = at::globalContext();
        context.setAllowTF32CuBLAS(false);
        context.setAllowTF32CuDNN(false);
        context.setBenchmarkCuDNN(false);
        context.setDeterministicCuDNN(true);
        context.setDeterministicAlgorithms(true, /*warn_only=*/true);
#if TORCH_VERSION_MAJOR > 2 || (TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR >= 2)
        context.setDeterministicFillUninitializedMemory(false);  // for finding mistakes, at the price of a pass over every new tensor
#endif
    });
}

std::string describe_device(at::Device device) {
    if (device.is_cpu()) return "CPU";
    const at::Context& context = at::globalContext();
    const bool is_full = !context.allowTF32CuBLAS() && !context.allowTF32CuDNN();
    std::string text = device.str();
    if (const std::string card = only_card(); !card.empty()) text += ", " + card;
    text += is_full ? ", TF32 off" : ", TF32 on";
    if (context.deterministicCuDNN() && context.deterministicAlgorithms()) text += ", deterministic";
    return text;
}

std::string vector_instructions() {
    std::string text = value_after(at::show_config(), "CPU capability usage:");
    std::ifstream file("/proc/cpuinfo");
    const std::string model = value_after({std::istreambuf_iterator<char>(file), {}}, "model name\t:");
    if (!model.empty()) text += ", " + model;
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx2")) text += ", avx2";
    if (__builtin_cpu_supports("avx512f")) text += ", avx512f";
#endif
    for (const char* limit : {"ONEDNN_MAX_CPU_ISA", "DNNL_MAX_CPU_ISA", "OPENBLAS_CORETYPE"})
        if (const char* value = std::getenv(limit)) text += std::string(", ") + limit + "=" + value;
    return text;
}

std::string chosen_device_text(const std::string& name) {
    return describe_device(choose_device(name));
}

}  // namespace clipscope
