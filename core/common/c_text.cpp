#include "common/c_text.h"

#include <algorithm>
#include <filesystem>

#include "common/number_text.h"
#include "common/text_list.h"

namespace clipscope {
namespace {

bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

}  // namespace

bool is_c_header(const std::string& path) {
    return lower_case(std::filesystem::path(path).extension().string()) == ".h";
}

std::string upper_case(std::string text) {
    for (char& c : text)
        if (c >= 'a' && c <= 'z') c = char(c - 'a' + 'A');
    return text;
}

std::string c_identifier(std::string_view text, const std::string& otherwise) {
    std::string name;
    for (const char c : text) {
        if (is_letter(c) || is_digit(c))
            name += c;
        else if (!name.empty() && name.back() != '_')
            name += '_';
    }
    while (name.ends_with('_')) name.pop_back();
    if (name.empty()) return otherwise;
    return is_digit(name.front()) ? otherwise + "_" + name : name;
}

std::string in_comment(std::string_view text) {
    std::string result;
    for (const char c : text) {
        const bool is_mark = !result.empty() && ((result.back() == '*' && c == '/') || (result.back() == '/' && c == '*') ||
                                                 (result.back() == '?' && c == '?'));
        if (is_mark) result += ' ';
        result += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
    }
    return result;
}

std::string c_prefix(const std::string& model) {
    const std::string name = std::filesystem::path(model).stem().string();
    const std::string_view bundled = "bundled:";
    return lower_case(c_identifier(name.starts_with(bundled) ? name.substr(bundled.size()) : name, "network"));
}

std::string site_in_comment(const std::string& site, const std::string& kind, const std::vector<std::string>& fed_by) {
    std::string text = site;
    if (!kind.empty()) text += ", " + kind;
    if (!fed_by.empty()) text += ", fed by " + joined(fed_by);
    return in_comment(text);
}

std::string float_literal(float number) {
    std::string text = number_text(number);
    if (text.find_first_of(".e") == text.npos) text += ".0";
    return text + "f";
}

std::string model_hash_macro(const std::string& prefix, const std::string& sha256) {
    const bool is_plain = std::ranges::all_of(sha256, [](char c) { return is_letter(c) || is_digit(c); });
    const std::string hash = is_plain ? sha256 : std::string();
    return "/* SHA-256 of the model's file" + std::string(hash.empty() ? ", which is not known here. */\n" : ". */\n") + "#define " +
           upper_case(prefix + "_MODEL_SHA256") + " \"" + hash + "\"\n\n";
}

std::string CNames::free_name(const std::string& wanted) {
    std::string name = wanted;
    for (int number = 2; !taken_.insert(name).second; ++number) name = wanted + "_" + std::to_string(number);
    return name;
}

}  // namespace clipscope
