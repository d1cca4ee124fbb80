// Comma-separated text that others wrote, row by row (RFC 4180): quoted fields, either kind of line end.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace clipscope {

struct CsvRow {
    std::size_t line = 0;  // where it begins, from 1
    std::vector<std::string> fields;
};

// Rows that are empty are left out. Throws Error where a quote is not closed; `file` is named in it.
std::vector<CsvRow> csv_rows(std::string_view text, const std::string& file);

}  // namespace clipscope
