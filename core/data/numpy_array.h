// An array of numbers as NumPy keeps it, in a .npy file or a pickle: what its header claims, held against its bytes. Errors are clauses
// that complete "the array NAME ...", as in "claims 3×4 elements of 1 byte, but holds 7 bytes".
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "data/dataset.h"

namespace clipscope {

struct NumpyArray {
    char kind = 0;              // NumPy's letter: 'u' unsigned, 'i' signed, 'f' real, 'b' boolean
    std::size_t item_size = 0;  // bytes of an element
    bool is_big_endian = false;
    bool is_column_major = false;                   // the first index varies fastest, elsewhere the last
    std::vector<std::uint64_t> shape;               // empty: a single number
    std::string_view bytes;                         // of as many elements as the shape says
    std::shared_ptr<const std::string> owner = {};  // of the bytes, where they are no part of what the array was read from
};

// "60000×28×28"; "1" of a single number.
std::string shape_text(const NumpyArray& array);

// Sets kind, item_size and is_big_endian from NumPy's text for them, "|u1", "<i8", "f4". Throws Error where the elements are no numbers.
void set_element_type(NumpyArray& array, std::string_view type);

// Throws Error unless the array has exactly the bytes that its shape claims.
void check_size(const NumpyArray& array);

// A whole .npy file (numpy.org/doc/stable/reference/generated/numpy.lib.format.html), which must outlive the array. Throws Error where it
// is none, holds other things than numbers, or claims another size than it has.
NumpyArray parse_npy(std::string_view file);

// The shape C×H×W of the images in an array N×H×W, N×H×W×1 or N×H×W×3 of 8-bit pixels. Throws Error on any other.
ImageShape image_shape_of(const NumpyArray& array);
// Their pixels as N×C×H×W.
std::vector<std::uint8_t> image_planes(const NumpyArray& array);

// The bytes of an array of 1-byte elements, the last index varying fastest.
std::vector<std::uint8_t> row_major_bytes(const NumpyArray& array);

constexpr std::int64_t most_classes = 100'000;

// One class index an image, from whole numbers of any size in an array N or N×1. Throws Error on any other, or a label that is negative or
// most_classes and more.
std::vector<std::int32_t> class_labels(const NumpyArray& array);

}  // namespace clipscope
