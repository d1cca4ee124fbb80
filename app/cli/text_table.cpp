#include "text_table.h"

#include <algorithm>

#include "common/number_text.h"

namespace clipscope::cli {

namespace {

bool starts_character(char byte) {
    return (static_cast<unsigned char>(byte) & 0xC0) != 0x80;
}

std::string padded(const std::string& text, std::size_t width, TextTable::Align align) {
    const std::string space(width - std::min(width, character_count(text)), ' ');
    return align == TextTable::Align::left ? text + space : space + text;
}

}  // namespace

TextTable::TextTable(std::vector<Column> columns) : columns_(std::move(columns)) {}

void TextTable::add_row(std::vector<std::string> cells) {
    cells.resize(columns_.size());
    rows_.push_back(std::move(cells));
}

std::string TextTable::to_string() const {
    std::vector<std::size_t> widths;
    for (std::size_t c = 0; c < columns_.size(); ++c) {
        std::size_t width = character_count(columns_[c].title);
        for (const auto& row : rows_) width = std::max(width, character_count(row[c]));
        widths.push_back(width);
    }
    std::string text;
    const auto add_line = [&](auto&& cell) {
        std::string line;
        for (std::size_t c = 0; c < columns_.size(); ++c) line += (c == 0 ? "" : "  ") + padded(cell(c), widths[c], columns_[c].align);
        line.erase(line.find_last_not_of(' ') + 1);
        text += line + "\n";
    };
    add_line([&](std::size_t c) { return columns_[c].title; });
    add_line([&](std::size_t c) { return std::string(widths[c], '-'); });
    for (const auto& row : rows_) add_line([&](std::size_t c) { return row[c]; });
    return text;
}

std::size_t character_count(const std::string& text) {
    return std::count_if(text.begin(), text.end(), starts_character);
}

std::string first_characters(const std::string& text, std::size_t count) {
    std::size_t seen = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (starts_character(text[i]) && seen++ == count) return text.substr(0, i);
    }
    return text;
}

std::string percent(double fraction, int decimals) {
    return fixed_text(fraction * 100, decimals);
}

std::string shape_text(const std::vector<std::int64_t>& shape) {
    std::string text;
    for (const std::int64_t size : shape) text += (text.empty() ? "" : "×") + std::to_string(size);
    return text;
}

}  // namespace clipscope::cli
