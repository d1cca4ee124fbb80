// CIFAR binary files. The first byte chooses the layout; a class name file may follow the second.
#include <algorithm>

#include "common/error.h"
#include "data/cifar_reader.h"
#include "data_folder.h"
#include "fuzz_target.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace clipscope;
    static const DataFolder folder;
    if (size < 2) return 0;
    const bool is_100 = (data[0] & 1) != 0;
    const std::span<const std::uint8_t> rest(data + 2, size - 2);
    const std::size_t names = std::min<std::size_t>(data[1], rest.size());
    folder.write(is_100 ? "fine_label_names.txt" : "batches.meta.txt", rest.first(names));
    folder.write(is_100 ? "test.bin" : "test_batch.bin", rest.subspan(names));
    try {
        const Dataset images = (is_100 ? read_cifar100 : read_cifar10)(folder.path(), Split::test);
        if (images.size() > 0) images.image(images.size() - 1);
    } catch (const Error&) {
    }
    return 0;
}
