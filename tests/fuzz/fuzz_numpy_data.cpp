// Images as Python keeps them. The first byte chooses: a NumPy archive, a .npy file alone (the archive's checksums would keep most changes
// from it), CIFAR-10's or CIFAR-100's pickle. A pickle of class names may follow the second byte.
#include <algorithm>
#include <string_view>

#include "common/error.h"
#include "data/npz_reader.h"
#include "data/numpy_array.h"
#include "data/pickled_cifar_reader.h"
#include "data_folder.h"
#include "fuzz_target.h"

namespace {

using namespace clipscope;
using Bytes = std::span<const std::uint8_t>;

const DataFolder& folder() {
    static const DataFolder the_folder;
    return the_folder;
}

void touch(const Dataset& images) {
    if (images.size() > 0) images.image(images.size() - 1);
}

void read_archive(Bytes bytes) {
    folder().write("images.npz", bytes);
    for (const Split split : npz_splits(folder().path() / "images.npz")) touch(read_npz(folder().path() / "images.npz", split));
}

void read_array(Bytes bytes) {
    const NumpyArray array = parse_npy({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
    if (array.item_size == 1) row_major_bytes(array);
    try {
        image_planes(array);
    } catch (const Error&) {
    }
    class_labels(array);
}

void read_pickles(Bytes bytes, std::size_t names, bool is_100) {
    names = std::min(names, bytes.size());
    folder().write(is_100 ? "meta" : "batches.meta", bytes.first(names));
    folder().write(is_100 ? "test" : "test_batch", bytes.subspan(names));
    touch((is_100 ? read_pickled_cifar100 : read_pickled_cifar10)(folder().path(), Split::test));
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2) return 0;
    const Bytes rest(data + 2, size - 2);
    try {
        switch (data[0] % 4) {
            case 0:
                read_archive(rest);
                break;
            case 1:
                read_array(rest);
                break;
            default:
                read_pickles(rest, data[1], data[0] % 4 == 3);
        }
    } catch (const Error&) {
    }
    return 0;
}
