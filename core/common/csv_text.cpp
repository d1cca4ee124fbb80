#include "common/csv_text.h"

#include <stdexcept>

namespace clipscope {

std::string csv_field(std::string_view text) {
    if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
    std::string quoted = "\"";
    for (const char character : text) {
        if (character == '"') quoted += '"';
        quoted += character;
    }
    return quoted + '"';
}

CsvText::CsvText(const std::vector<std::string_view>& header) : columns_(header.size()) {
    for (const std::string_view title : header) add(title);
    end_row();
}

CsvText& CsvText::add(std::string_view text) {
    if (fields_++ > 0) text_ += ',';
    text_ += csv_field(text);
    return *this;
}

void CsvText::end_row() {
    if (fields_ != columns_) throw std::logic_error("a row of a table has not as many fields as its header");
    fields_ = 0;
    text_ += '\n';
}

}  // namespace clipscope
