// A table of finished cells, for people: printed, shown or written by whoever has it.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace clipscope {

struct TextColumns {
    std::vector<std::string> names;  // with their units
    std::vector<bool> is_number;
    std::vector<std::vector<std::string>> rows;

    void add_column(std::string name, bool is_numeric = true) {
        names.push_back(std::move(name));
        is_number.push_back(is_numeric);
    }
};

}  // namespace clipscope
