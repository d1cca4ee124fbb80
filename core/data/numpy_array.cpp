#include "data/numpy_array.h"

#include <algorithm>
#include <limits>
#include <optional>

#include "common/error.h"
#include "common/text_list.h"

namespace clipscope {

namespace {

constexpr std::string_view magic("\x93NUMPY", 6);
constexpr std::size_t most_dimensions = 32;

[[noreturn]] void fail_header() {
    throw Error("has a header that NumPy would not write, so it is damaged");
}

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

// {'descr': '|u1', 'fortran_order': False, 'shape': (60000, 28, 28), }: each key once, in any order.
class HeaderReader {
public:
    explicit HeaderReader(std::string_view text) : rest_(text) {}

    NumpyArray read() {
        NumpyArray array;
        bool has_type = false, has_order = false, has_shape = false;
        expect('{');
        while (!take('}')) {
            const std::string_view key = quoted();
            expect(':');
            if (key == "descr" && !has_type) {
                has_type = true;
                if (next() == '[') throw Error("has elements of several parts, where ClipScope reads plain numbers");
                set_element_type(array, quoted());
            } else if (key == "fortran_order" && !has_order) {
                has_order = true;
                array.is_column_major = truth();
            } else if (key == "shape" && !has_shape) {
                has_shape = true;
                array.shape = sizes();
            } else {
                fail_header();
            }
            if (!take(',') && next() != '}') fail_header();
        }
        if (next() != '\0' || !has_type || !has_order || !has_shape) fail_header();
        return array;
    }

private:
    // The next character that is no blank, '\0' at the end.
    char next() {
        rest_.remove_prefix(std::min(rest_.find_first_not_of(" \n"), rest_.size()));
        return rest_.empty() ? '\0' : rest_[0];
    }

    bool take(char c) {
        if (next() != c || rest_.empty()) return false;
        rest_.remove_prefix(1);
        return true;
    }

    void expect(char c) {
        if (!take(c)) fail_header();
    }

    std::string_view quoted() {
        const char quote = next();
        if (quote != '\'' && quote != '"') fail_header();
        const std::size_t end = rest_.find(quote, 1);
        if (end == std::string_view::npos) fail_header();
        const std::string_view text = rest_.substr(1, end - 1);
        rest_.remove_prefix(end + 1);
        return text;
    }

    bool truth() {
        next();
        for (const std::string_view word : {"True", "False"}) {
            if (!rest_.starts_with(word)) continue;
            rest_.remove_prefix(word.size());
            return word == "True";
        }
        fail_header();
    }

    std::vector<std::uint64_t> sizes() {
        std::vector<std::uint64_t> all;
        expect('(');
        while (!take(')')) {
            if (all.size() == most_dimensions) fail_header();
            all.push_back(size());
            if (!take(',') && next() != ')') fail_header();
        }
        return all;
    }

    std::uint64_t size() {
        constexpr std::size_t most_digits = 18;
        std::uint64_t value = 0;
        std::size_t digits = 0;
        for (next(); digits < rest_.size() && is_digit(rest_[digits]); ++digits) {
            if (digits == most_digits) fail_header();
            value = 10 * value + std::uint64_t(rest_[digits] - '0');
        }
        if (digits == 0) fail_header();
        rest_.remove_prefix(digits);
        take('L');  // as Python 2 writes long numbers
        return value;
    }

    std::string_view rest_;
};

// Nothing where the number of elements, or of their bytes, is beyond all files.
std::optional<std::uint64_t> byte_count(const NumpyArray& array) {
    std::uint64_t count = array.item_size;
    for (const std::uint64_t size : array.shape) {
        if (size != 0 && count > std::numeric_limits<std::int64_t>::max() / size) return std::nullopt;
        count *= size;
    }
    return count;
}

std::int64_t integer_at(const NumpyArray& array, std::size_t i) {
    std::uint64_t value = 0;
    for (std::size_t b = 0; b < array.item_size; ++b) {
        const std::size_t place = array.is_big_endian ? b : array.item_size - 1 - b;
        value = value << 8 | std::uint8_t(array.bytes[i * array.item_size + place]);
    }
    const int unused = 64 - 8 * int(array.item_size);
    if (array.kind == 'i') return std::int64_t(value << unused) >> unused;
    return std::int64_t(std::min<std::uint64_t>(value, std::numeric_limits<std::int64_t>::max()));
}

std::string type_text(const NumpyArray& array) {
    return std::string(array.is_big_endian ? ">" : "") + array.kind + std::to_string(array.item_size);
}

}  // namespace

std::string shape_text(const NumpyArray& array) {
    std::string text;
    for (const std::uint64_t size : array.shape) text += (text.empty() ? "" : "×") + std::to_string(size);
    return text.empty() ? "1" : text;
}

void set_element_type(NumpyArray& array, std::string_view type) {
    const std::string_view whole = type;
    array.is_big_endian = type.starts_with('>');
    if (!type.empty() && std::string_view("|<>=").find(type[0]) != std::string_view::npos) type.remove_prefix(1);
    const bool is_number = type.size() == 2 && std::string_view("uifb").find(type[0]) != std::string_view::npos &&
                           std::string_view("1248").find(type[1]) != std::string_view::npos;
    if (!is_number) throw Error("has elements of the type '" + printable(whole, 20) + "', where ClipScope reads plain numbers");
    array.kind = type[0];
    array.item_size = std::size_t(type[1] - '0');
}

void check_size(const NumpyArray& array) {
    if (byte_count(array) == array.bytes.size()) return;
    throw Error("claims " + shape_text(array) + " elements of " + std::to_string(array.item_size) +
                (array.item_size == 1 ? " byte" : " bytes") + ", but holds " + std::to_string(array.bytes.size()) +
                " bytes, so it is damaged");
}

NumpyArray parse_npy(std::string_view file) {
    constexpr std::size_t version_end = 8;
    if (!file.starts_with(magic) || file.size() < version_end) throw Error("is no array of NumPy's");
    const auto version = std::uint8_t(file[6]);
    if (version < 1 || version > 3 || file[7] != 0) throw Error("is of a version of NumPy's format that ClipScope does not know");
    const std::size_t length_size = version == 1 ? 2 : 4, header = version_end + length_size;
    if (file.size() < header) fail_header();
    std::uint64_t length = 0;
    for (std::size_t i = length_size; i-- > 0;) length = length << 8 | std::uint8_t(file[version_end + i]);
    if (length > file.size() - header) fail_header();
    NumpyArray array = HeaderReader(file.substr(header, length)).read();
    array.bytes = file.substr(header + length);
    check_size(array);
    return array;
}

ImageShape image_shape_of(const NumpyArray& array) {
    constexpr std::uint64_t most = std::numeric_limits<std::uint16_t>::max();
    if (array.kind != 'u' || array.item_size != 1)
        throw Error("holds pixels of the type " + type_text(array) + ", where ClipScope takes 8-bit ones (uint8)");
    const std::vector<std::uint64_t>& shape = array.shape;
    const std::uint64_t channels = shape.size() == 4 ? shape[3] : 1;
    const bool is_possible = (shape.size() == 3 || shape.size() == 4) && (channels == 1 || channels == 3) && shape[0] > 0 && shape[1] > 0 &&
                             shape[2] > 0 && shape[1] <= most && shape[2] <= most;
    if (!is_possible) throw Error("has the shape " + shape_text(array) + ", where images have N×height×width or N×height×width×3");
    return {int(channels), int(shape[1]), int(shape[2])};
}

std::vector<std::uint8_t> row_major_bytes(const NumpyArray& array) {
    if (!array.is_column_major) return {array.bytes.begin(), array.bytes.end()};
    std::vector<std::uint8_t> bytes(array.bytes.size());
    std::vector<std::uint64_t> place(array.shape.size(), 0), step(array.shape.size(), 1);
    for (std::size_t d = 1; d < step.size(); ++d) step[d] = step[d - 1] * array.shape[d - 1];
    std::uint64_t from = 0;
    for (std::uint8_t& byte : bytes) {
        byte = std::uint8_t(array.bytes[from]);
        for (std::size_t d = place.size(); d-- > 0;) {
            from += step[d];
            if (++place[d] < array.shape[d]) break;
            from -= place[d] * step[d];
            place[d] = 0;
        }
    }
    return bytes;
}

std::vector<std::uint8_t> image_planes(const NumpyArray& array) {
    const ImageShape shape = image_shape_of(array);
    if (shape.channels == 1) return row_major_bytes(array);
    std::vector<std::uint8_t> turned;
    if (array.is_column_major) turned = row_major_bytes(array);
    const auto* from = array.is_column_major ? turned.data() : reinterpret_cast<const std::uint8_t*>(array.bytes.data());
    std::vector<std::uint8_t> planes(array.bytes.size());
    const std::size_t plane = shape.pixels() / 3;
    for (std::size_t image = 0; image < planes.size(); image += 3 * plane)
        for (std::size_t channel = 0; channel < 3; ++channel)
            for (std::size_t i = 0; i < plane; ++i) planes[image + channel * plane + i] = from[image + 3 * i + channel];
    return planes;
}

std::vector<std::int32_t> class_labels(const NumpyArray& array) {
    if (array.kind != 'u' && array.kind != 'i')
        throw Error("holds labels of the type " + type_text(array) + ", where ClipScope takes whole numbers");
    const bool is_column = array.shape.size() == 2 && array.shape[1] == 1;
    if (array.shape.size() != 1 && !is_column)
        throw Error("has the shape " + shape_text(array) + ", where there must be one class an image (N or N×1)");
    std::vector<std::int32_t> labels;
    labels.reserve(array.shape[0]);
    for (std::size_t i = 0; i < array.shape[0]; ++i) {
        const std::int64_t label = integer_at(array, i);
        if (label < 0 || label >= most_classes)
            throw Error("gives image " + std::to_string(i) + " the label " + std::to_string(label) + ", where classes count from 0 to " +
                        std::to_string(most_classes - 1));
        labels.push_back(std::int32_t(label));
    }
    return labels;
}

}  // namespace clipscope
