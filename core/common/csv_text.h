// Tables as comma-separated text: fields quoted as RFC 4180 says, lines ended by a line feed, numbers as number_text() writes them.
#pragma once

#include <concepts>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/number_text.h"

namespace clipscope {

// Quoted only where it holds a comma, a quote or a line break.
std::string csv_field(std::string_view text);

// Collects a table row by row.
class CsvText {
public:
    explicit CsvText(std::initializer_list<std::string_view> header) : CsvText(std::vector<std::string_view>(header)) {}
    explicit CsvText(const std::vector<std::string_view>& header);

    CsvText& add(std::string_view text);
    CsvText& add(double number) { return add(std::string_view(number_text(number))); }
    CsvText& add(std::integral auto number) { return add(std::string_view(std::to_string(number))); }
    // An empty field where there is no number.
    CsvText& add(const std::optional<double>& number) { return number ? add(*number) : add(std::string_view()); }
    // Ends the row; throws std::logic_error where it has not as many fields as the header.
    void end_row();

    const std::string& text() const { return text_; }

private:
    std::string text_;
    std::size_t columns_ = 0;
    std::size_t fields_ = 0;  // of the row begun
};

}  // namespace clipscope
