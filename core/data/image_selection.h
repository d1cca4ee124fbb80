// Which images of a dataset take part: `--images N` (a seeded sample with the classes in proportion, kept in file order) or
// `--images first:N`. See method.md, "Words".
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "data/dataset.h"

namespace clipscope {

struct ImageSelection {
    std::size_t count = 0;    // 0 means all
    bool first = false;       // the first `count` instead of a sample

    // "1000", "first:1000", "all"; throws UsageError on anything else.
    static ImageSelection parse(const std::string& text);
    std::string to_string() const;
};

// Positions in the dataset, ascending. The sample is a pure function of labels, count and seed on every machine (no std:: distribution,
// whose results vary between libraries); largest remainders decide the classes' shares. Positions in `excluded` (ascending) never come.
// Asking for more images than there are gives all of them.
std::vector<std::size_t> select_images(const Dataset& dataset, const ImageSelection& selection, std::uint64_t seed,
                                       std::span<const std::size_t> excluded = {});

}  // namespace clipscope
