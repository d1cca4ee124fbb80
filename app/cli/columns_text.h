// Finished tables of the core (report/text_columns.h), aligned for a terminal.
#pragma once

#include <string>

#include "report/text_columns.h"
#include "text_table.h"

namespace clipscope::cli {

inline std::string columns_text(const TextColumns& columns) {
    std::vector<TextTable::Column> titles;
    for (std::size_t i = 0; i < columns.names.size(); ++i)
        titles.push_back({columns.names[i], columns.is_number[i] ? TextTable::Align::right : TextTable::Align::left});
    TextTable table(std::move(titles));
    for (const auto& row : columns.rows) table.add_row(row);
    return table.to_string();
}

}  // namespace clipscope::cli
