#include "report/html_text.h"

#include <nlohmann/json.hpp>

namespace clipscope {
namespace {

constexpr std::size_t longest_word = 24;  // that is never broken into lines

// nlohmann's writer replaces what is no UTF-8.
std::string valid_utf8(std::string_view text) {
    using Json = nlohmann::json;
    const std::string quoted = Json(std::string(text)).dump(-1, ' ', false, Json::error_handler_t::replace);
    return Json::parse(quoted).get<std::string>();
}

std::string html_cell(const std::string& cell) {
    const std::size_t line = cell.find('\n');
    if (line == std::string::npos) return html_escaped(cell);
    return html_escaped(cell.substr(0, line)) + "<br><small>" + html_escaped(cell.substr(line + 1)) + "</small>";
}

std::string html_row(const std::vector<std::string>& cells, const std::vector<bool>& is_number, const char* tag) {
    std::string row = "<tr>";
    for (std::size_t i = 0; i < cells.size(); ++i) {
        const bool is_word = cells[i].size() <= longest_word && cells[i].find(' ') == std::string::npos;
        const std::string kind = i < is_number.size() && is_number[i] ? " class=\"number\"" : is_word ? " class=\"word\"" : "";
        row += std::string("<") + tag + kind + ">" + html_cell(cells[i]) + "</" + tag + ">";
    }
    return row + "</tr>\n";
}

}  // namespace

std::string html_escaped(std::string_view text) {
    std::string escaped;
    for (const char letter : valid_utf8(text)) {
        const bool is_control = (static_cast<unsigned char>(letter) < 0x20 && letter != '\n' && letter != '\t') || letter == 0x7f;
        switch (letter) {
            case '&':
                escaped += "&amp;";
                break;
            case '<':
                escaped += "&lt;";
                break;
            case '>':
                escaped += "&gt;";
                break;
            case '"':
                escaped += "&quot;";
                break;
            default:
                escaped += is_control ? '?' : letter;
        }
    }
    return escaped;
}

std::string html_table(const TextColumns& table, const std::string& id) {
    std::string html =
        "<table id=\"" + html_escaped(id) + "\">\n<thead>\n" + html_row(table.names, table.is_number, "th") + "</thead>\n<tbody>\n";
    for (const auto& row : table.rows) html += html_row(row, table.is_number, "td");
    return html + "</tbody>\n</table>\n";
}

std::string html_paragraph(const std::string& text) {
    std::string html;
    for (std::size_t begin = 0; begin < text.size();) {
        const std::size_t end = std::min(text.find("\n\n", begin), text.size());
        const std::string part = text.substr(begin, end - begin);
        if (part.find_first_not_of(" \t\r\n") != std::string::npos) html += "<p>" + html_escaped(part) + "</p>\n";
        begin = end + 2;
    }
    return html;
}

std::string html_code(const std::string& text) {
    return "<pre>" + html_escaped(text) + "</pre>\n";
}

}  // namespace clipscope
