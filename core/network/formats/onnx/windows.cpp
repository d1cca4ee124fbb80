#include "network/formats/onnx/windows.h"

#include <algorithm>

namespace clipscope {

namespace {

constexpr std::int64_t max_setting = 1 << 20;

Integers setting(OnnxNode& node, const std::string& name, std::size_t count, std::int64_t otherwise, std::int64_t least) {
    Integers values = node.list(name);
    if (values.empty()) values.assign(count, otherwise);
    const bool makes_sense =
        values.size() == count && std::ranges::all_of(values, [&](std::int64_t value) { return value >= least && value <= max_setting; });
    if (!makes_sense) node.fail("its " + name + " make no sense");
    return values;
}

}  // namespace

Windows::Windows(OnnxNode& node, const Integers& kernel, bool finds_padding) {
    const std::size_t dims = kernel.size();
    strides = setting(node, "strides", dims, 1, 1);
    dilations = setting(node, "dilations", dims, 1, 1);
    const Integers pads = setting(node, "pads", 2 * dims, 0, finds_padding ? -max_setting : 0);
    begin.assign(pads.begin(), pads.begin() + std::ptrdiff_t(dims));
    end.assign(pads.begin() + std::ptrdiff_t(dims), pads.end());
    const std::string automatic = node.text("auto_pad", "NOTSET");
    if (!finds_padding || !automatic.starts_with("SAME")) return;
    for (std::size_t i = 0; i < dims; ++i) {
        const std::int64_t reach = (kernel[i] - 1) * dilations[i] + 1;
        std::int64_t total = reach - 1;
        if (strides[i] > 1) {
            const std::int64_t size = node.known_dim(0, i + 2);
            const std::int64_t steps = (size + strides[i] - 1) / strides[i];
            total = std::max<std::int64_t>((steps - 1) * strides[i] + reach - size, 0);
        }
        begin[i] = automatic == "SAME_LOWER" ? total - total / 2 : total / 2;
        end[i] = total - begin[i];
    }
}

bool Windows::is_symmetric() const {
    return begin == end && std::ranges::all_of(begin, [](std::int64_t pad) { return pad >= 0; });
}

bool Windows::has_padding() const {
    return std::ranges::any_of(begin, [](std::int64_t pad) { return pad != 0; }) ||
           std::ranges::any_of(end, [](std::int64_t pad) { return pad != 0; });
}

Integers Windows::padding_backwards() const {
    Integers padding;
    for (std::size_t i = begin.size(); i-- > 0;) {
        padding.push_back(begin[i]);
        padding.push_back(end[i]);
    }
    return padding;
}

bool Windows::is_within_half(const Integers& kernel) const {
    for (std::size_t i = 0; i < kernel.size(); ++i)
        if (begin[i] < 0 || 2 * begin[i] > kernel[i]) return false;
    return true;
}

}  // namespace clipscope
