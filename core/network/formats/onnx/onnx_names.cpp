#include "network/formats/onnx/onnx_names.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>

namespace clipscope {

namespace {

constexpr std::size_t max_length = 200;
constexpr std::string_view tensor_prefix = "onnx:", rectified_prefix = "onnx-rectified:";

// What an attribute of a module can be called; "0" is fine, as in Sequential.
std::string cleaned(std::string_view text) {
    std::string result;
    for (const char c : text.substr(0, max_length)) {
        const bool is_fine = (std::isalnum(static_cast<unsigned char>(c)) != 0 && static_cast<unsigned char>(c) < 128) || c == '_';
        result += is_fine ? c : '_';
    }
    return result;
}

std::string join(const std::string& path, const std::string& name) {
    return path.empty() ? name : path + "." + name;
}

std::string cleaned_path(std::string_view text) {
    std::string path;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('.'), text.size());
        if (end > 0) path = join(path, cleaned(text.substr(0, end)));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return path;
}

}  // namespace

std::string module_path_of_node(const std::string& node_name) {
    std::string_view text = std::string_view(node_name).substr(0, max_length);
    const std::size_t last = text.rfind('/');
    if (!text.starts_with('/') || last == std::string_view::npos) return {};
    text = text.substr(0, last);
    std::string path;
    std::string_view previous;
    while (!text.empty()) {
        text.remove_prefix(1);
        const std::size_t end = std::min(text.find('/'), text.size());
        std::string_view piece = text.substr(0, end);
        text.remove_prefix(end);
        // Parts of a Sequential carry its path: "features.0" inside "features".
        std::string_view own = piece;
        if (!previous.empty() && piece.starts_with(previous) && piece.substr(previous.size()).starts_with('.'))
            own.remove_prefix(previous.size() + 1);
        previous = piece;
        path = join(path, cleaned_path(own));
    }
    return path;
}

std::string parameter_path_of(const std::string& tensor_name) {
    constexpr std::array<std::string_view, 2> endings{"_quantized", "_q"};
    std::string_view name = tensor_name;
    for (const std::string_view ending : endings)
        if (name.size() > ending.size() && name.ends_with(ending)) {
            name.remove_suffix(ending.size());
            break;
        }
    const bool is_number = std::ranges::all_of(name, [](char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; });
    if (is_number || name.find("::") != name.npos || name.find('/') != name.npos || name.starts_with("Constant")) return {};
    return cleaned_path(name);
}

std::string value_name_of(const OnnxPlace& place) {
    return std::string(place.is_rectified_input ? rectified_prefix : tensor_prefix) + place.tensor;
}

std::optional<OnnxPlace> place_of_value(const std::string& value_name) {
    for (const bool is_rectified : {false, true}) {
        const std::string_view prefix = is_rectified ? rectified_prefix : tensor_prefix;
        if (value_name.starts_with(prefix)) return OnnxPlace{value_name.substr(prefix.size()), is_rectified};
    }
    return std::nullopt;
}

}  // namespace clipscope
