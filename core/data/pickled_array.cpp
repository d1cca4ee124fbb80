#include "data/pickled_array.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "common/error.h"

namespace clipscope {

namespace {

// NumPy 2 calls numpy.core numpy._core.
constexpr std::array<std::string_view, 2> makers_of_arrays{"numpy.core.multiarray._reconstruct", "numpy._core.multiarray._reconstruct"};
constexpr std::array<std::string_view, 2> makers_from_bytes{"numpy.core.numeric._frombuffer", "numpy._core.numeric._frombuffer"};
constexpr std::array<std::string_view, 2> makers_of_numbers{"numpy.core.multiarray.scalar", "numpy._core.multiarray.scalar"};
constexpr std::array<std::string_view, 3> parts{"numpy.ndarray", "numpy.dtype", "_codecs.encode"};

template <std::size_t size>
bool is_in(const std::array<std::string_view, size>& names, std::string_view name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

[[noreturn]] void fail_damaged() {
    throw Error("is pickled in a way that NumPy does not use, so it is damaged");
}

class ArrayReader {
public:
    explicit ArrayReader(const PickleTree& tree) : tree_(tree) {}

    std::optional<NumpyArray> read(const PickleNode& node) const {
        if (node.kind != PickleKind::call) return std::nullopt;
        const std::string& maker = tree_.at(node.items[0]).text;
        const std::vector<PickleId>& arguments = tree_.at(node.items[1]).items;
        NumpyArray array;
        if (is_in(makers_of_arrays, maker))
            fill_from_state(array, node);
        else if (is_in(makers_from_bytes, maker))
            fill_from_bytes(array, arguments);
        else if (is_in(makers_of_numbers, maker) && arguments.size() == 2)
            fill(array, arguments[0], arguments[1]);
        else
            return std::nullopt;
        check_size(array);
        return array;
    }

private:
    // What __setstate__ gets: (version, shape, type, column-major, bytes).
    void fill_from_state(NumpyArray& array, const PickleNode& node) const {
        if (node.state.size() != 1) fail_damaged();
        const PickleNode& state = tree_.at(node.state[0]);
        if (state.kind != PickleKind::tuple || state.items.size() != 5) fail_damaged();
        set_shape(array, state.items[1]);
        array.is_column_major = tree_.at(state.items[3]).integer != 0;
        fill(array, state.items[2], state.items[4]);
    }

    // (bytes, type, shape, "C" or "F").
    void fill_from_bytes(NumpyArray& array, const std::vector<PickleId>& arguments) const {
        if (arguments.size() != 4) fail_damaged();
        set_shape(array, arguments[2]);
        const std::string& order = tree_.at(arguments[3]).text;
        if (order != "C" && order != "F") fail_damaged();
        array.is_column_major = order == "F";
        fill(array, arguments[1], arguments[0]);
    }

    void set_shape(NumpyArray& array, PickleId id) const {
        const PickleNode& shape = tree_.at(id);
        if (shape.kind != PickleKind::tuple) fail_damaged();
        for (const PickleId size : shape.items) {
            const PickleNode& number = tree_.at(size);
            if (number.kind != PickleKind::integer || number.integer < 0) fail_damaged();
            array.shape.push_back(std::uint64_t(number.integer));
        }
    }

    // A type is dtype("u1", False, True), whose state is (version, "<", ...).
    void fill(NumpyArray& array, PickleId type, PickleId bytes) const {
        const PickleNode& made = tree_.at(type);
        if (made.kind != PickleKind::call || tree_.at(made.items[0]).text != "numpy.dtype" || tree_.at(made.items[1]).items.empty())
            fail_damaged();
        std::string order;
        if (!made.state.empty()) {
            const PickleNode& state = tree_.at(made.state[0]);
            if (state.kind != PickleKind::tuple || state.items.size() < 2) fail_damaged();
            order = tree_.at(state.items[1]).text;
        }
        set_element_type(array, order + tree_.at(tree_.at(made.items[1]).items[0]).text);
        set_bytes(array, tree_.at(bytes));
    }

    // Python 3 writes bytes in protocol 2 as a text that is to be encoded as Latin-1.
    void set_bytes(NumpyArray& array, const PickleNode& node) const {
        if (node.kind == PickleKind::text) {
            array.bytes = node.text;
            return;
        }
        if (node.kind != PickleKind::call || tree_.at(node.items[0]).text != "_codecs.encode" || tree_.at(node.items[1]).items.size() != 2)
            fail_damaged();
        const std::vector<PickleId>& arguments = tree_.at(node.items[1]).items;
        const std::string& encoding = tree_.at(arguments[1]).text;
        if (encoding != "latin1" && encoding != "latin-1") fail_damaged();
        array.owner = std::make_shared<const std::string>(latin1(tree_.at(arguments[0]).text));
        array.bytes = *array.owner;
    }

    // Of UTF-8 below 256: bytes up to 0x7F stand for themselves, others come as two.
    static std::string latin1(const std::string& utf8) {
        std::string bytes;
        bytes.reserve(utf8.size());
        for (std::size_t i = 0; i < utf8.size(); ++i) {
            const auto first = std::uint8_t(utf8[i]);
            if (first < 0x80) {
                bytes += utf8[i];
                continue;
            }
            const auto second = i + 1 < utf8.size() ? std::uint8_t(utf8[++i]) : std::uint8_t(0);
            if ((first != 0xC2 && first != 0xC3) || (second & 0xC0) != 0x80) fail_damaged();
            bytes += char((first & 3) << 6 | (second & 0x3F));
        }
        return bytes;
    }

    const PickleTree& tree_;
};

}  // namespace

bool is_array_global(const std::string& global) {
    return is_in(makers_of_arrays, global) || is_in(makers_from_bytes, global) || is_in(makers_of_numbers, global) || is_in(parts, global);
}

std::optional<NumpyArray> array_at(const PickleTree& tree, const PickleNode& node) {
    return ArrayReader(tree).read(node);
}

}  // namespace clipscope
