// HTML as browsers and Qt's rich text both read it. Pure functions.
#pragma once

#include <string>
#include <string_view>

#include "report/text_columns.h"

namespace clipscope {

// Text of any origin as text of a page: markup means nothing in it, bytes that are no UTF-8 and control characters are question marks.
std::string html_escaped(std::string_view text);

// `id` is a name without blanks. A line feed in a cell begins a smaller line.
std::string html_table(const TextColumns& table, const std::string& id);

std::string html_paragraph(const std::string& text);  // plain text; blank lines part paragraphs
std::string html_code(const std::string& text);       // a block, lines as they are

}  // namespace clipscope
