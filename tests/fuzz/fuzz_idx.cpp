// A pair of IDX files, plain or gzip: the first two bytes say how long the file of labels is.
#include <algorithm>

#include "common/error.h"
#include "data/idx_reader.h"
#include "data_folder.h"
#include "fuzz_target.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace clipscope;
    static const DataFolder folder;
    if (size < 2) return 0;
    const std::span<const std::uint8_t> rest(data + 2, size - 2);
    const std::size_t labels = std::min<std::size_t>(std::size_t(data[0]) + 256 * std::size_t(data[1]), rest.size());
    folder.write("t10k-labels-idx1-ubyte", rest.first(labels));
    folder.write("t10k-images-idx3-ubyte", rest.subspan(labels));
    try {
        const Dataset images = read_idx(folder.path(), Split::test);
        if (images.size() > 0) images.image(images.size() - 1);
    } catch (const Error&) {
    }
    return 0;
}
