// Aligned tables and numbers for people, as plain UTF-8 text.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace clipscope::cli {

class TextTable {
public:
    enum class Align { left, right };
    struct Column {
        std::string title;
        Align align = Align::left;
    };

    explicit TextTable(std::vector<Column> columns);

    // Rows shorter than the header are filled with empty cells.
    void add_row(std::vector<std::string> cells);
    // Header, a rule and the rows, two spaces between columns, no space at a line's end.
    std::string to_string() const;

private:
    std::vector<Column> columns_;
    std::vector<std::vector<std::string>> rows_;
};

// Characters (code points) of UTF-8 text.
std::size_t character_count(const std::string& text);
std::string first_characters(const std::string& text, std::size_t count);

// 0.716 as "71.60".
std::string percent(double fraction, int decimals = 2);
// "6×1×5×5".
std::string shape_text(const std::vector<std::int64_t>& shape);

}  // namespace clipscope::cli
