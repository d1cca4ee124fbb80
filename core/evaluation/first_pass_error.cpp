#include "evaluation/first_pass_error.h"

#include <cctype>
#include <initializer_list>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <vector>

#include "common/error.h"

namespace clipscope {
namespace {

bool holds_one_of(const std::string& text, std::initializer_list<std::string_view> parts) {
    for (const std::string_view part : parts)
        if (text.find(part) != std::string::npos) return true;
    return false;
}

// The whole numbers after `start`, up to `count` of them, whatever stands between; -1 keeps its sign.
std::vector<std::int64_t> numbers_after(const std::string& text, std::string_view start, std::size_t count) {
    std::vector<std::int64_t> numbers;
    std::size_t at = text.find(start);
    if (at == std::string::npos) return numbers;
    for (at += start.size(); at < text.size() && numbers.size() < count; ++at) {
        if (std::isdigit(static_cast<unsigned char>(text[at])) == 0) continue;
        const bool is_negative = text[at - 1] == '-';
        std::int64_t number = 0;
        for (; at < text.size() && std::isdigit(static_cast<unsigned char>(text[at])) != 0; ++at)
            if (number < (std::int64_t(1) << 50)) number = number * 10 + (text[at] - '0');
        numbers.push_back(is_negative ? -number : number);
    }
    return numbers;
}

bool is_about_device(const std::string& text) {
    return holds_one_of(text, {"'CUDA' backend", "support for cuda", "support for CUDA", "compiled with CUDA", "CUDA driver",
                               "NVIDIA driver", "No CUDA GPUs", "on the same device", "ATen_cuda", "'MPS' backend", "'XLA' backend"});
}

bool is_about_type(const std::string& text) {
    return holds_one_of(text, {"same dtype", "scalar type", "weight type", "bias type", "not implemented for 'Half'",
                               "not implemented for 'BFloat16'", "not implemented for 'Long'", "not implemented for 'Int'"});
}

// The batch that the network's code insists on; nothing where something else is wrong.
std::optional<std::int64_t> baked_batch(const std::string& text, std::int64_t batch) {
    // "shape '[1, 2704]' is invalid for input of size 67600"
    if (holds_one_of(text, {"is invalid for input of size"})) {
        const auto shape = numbers_after(text, "shape '[", 1);
        if (!shape.empty() && shape[0] > 0 && shape[0] != batch) return shape[0];
    }
    // "(1x67600 and 2704x10)": 25 images became one row; "(2x900 and 1800x10)": one image became two.
    const auto product = numbers_after(text, "shapes cannot be multiplied", 3);
    if (product.size() == 3 && product[0] > 0 && product[0] != batch && product[0] * product[1] == batch * product[2]) return product[0];
    // "Sizes of tensors must match except in dimension 1. Expected size 25 but got size 1"
    const auto joined = numbers_after(text, "Expected size", 2);
    if (joined.size() == 2 && (joined[0] == batch) != (joined[1] == batch)) return joined[0] == batch ? joined[1] : joined[0];
    // "The size of tensor a (25) must match the size of tensor b (2) at non-singleton dimension 0"
    const auto sums = numbers_after(text, "The size of tensor a", 2);
    if (sums.size() == 2 && text.find("dimension 0") != std::string::npos && (sums[0] == batch) != (sums[1] == batch))
        return sums[0] == batch ? sums[1] : sums[0];
    return std::nullopt;
}

bool is_about_size(const std::string& text) {
    return holds_one_of(
        text, {"shapes cannot be multiplied", "is invalid for input of size", "Kernel size can't be greater",
               "must match the size of tensor", "Sizes of tensors must match", "Output size is too small", "output size is too small",
               "channels, but got", "Expected size", "size mismatch", "Given groups", "normalized_shape", "running_mean should contain"});
}

std::string shape_text(const ImageShape& images) {
    return std::to_string(images.channels) + "×" + std::to_string(images.height) + "×" + std::to_string(images.width) +
           " (channels × height × width)";
}

}  // namespace

std::string explain_first_pass(const std::string& network_path, const std::string& libtorch_text, const ImageShape& images,
                               std::int64_t batch) {
    const std::string network = "The network \"" + network_path + "\"";
    const std::string fact = short_text(std::runtime_error(libtorch_text));
    if (is_about_device(libtorch_text))
        return network +
               " names a device in its own code (cuda, say) that its images are not on: take it out, as in torch.zeros(n, "
               "device=x.device), move the network to the CPU and export it again.";
    if (is_about_type(libtorch_text))
        return network + " mixes number types in its own code, while images enter as float32 (" + fact +
               "): keep its values and parameters in float32 with model.float() and export it again.";
    if (const auto baked = baked_batch(libtorch_text, batch))
        return network + " takes only " + std::to_string(*baked) + (*baked == 1 ? " image" : " images") +
               " at once, because its code gives the batch size as a number: write x.size(0) or -1 there, as in x.flatten(1), and export "
               "it "
               "again.";
    if (is_about_size(libtorch_text))
        return network + " cannot take images of " + shape_text(images) +
               ": choose images of the size that it was made for, or make pictures that size (resize, crop) (" + fact + ").";
    return network + " fails on its first images, of " + shape_text(images) + ", with what LibTorch calls '" + fact +
           "': try it in Python on such images, or choose others.";
}

}  // namespace clipscope
