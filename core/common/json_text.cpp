#include "common/json_text.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "common/error.h"

namespace clipscope {
namespace {

using Json = nlohmann::ordered_json;

std::string plain_text(const Json& value) {
    return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

bool is_plain(const Json& value) {
    return !value.is_structured() || std::none_of(value.begin(), value.end(), [](const Json& element) { return element.is_structured(); });
}

void append(const Json& value, std::size_t indent, std::string& text) {
    if (is_plain(value)) {
        text += plain_text(value);
        return;
    }
    const std::string margin(indent + 2, ' ');
    text += value.is_object() ? "{\n" : "[\n";
    bool first = true;
    for (const auto& [key, element] : value.items()) {
        if (!first) text += ",\n";
        first = false;
        text += margin;
        if (value.is_object()) text += plain_text(Json(key)) + ": ";
        append(element, indent + 2, text);
    }
    text += '\n' + std::string(indent, ' ') + (value.is_object() ? '}' : ']');
}

}  // namespace

std::string json_text(const Json& value) {
    std::string text;
    append(value, 0, text);
    return text + '\n';
}

nlohmann::ordered_json optional_number(const std::optional<double>& number) {
    return number ? nlohmann::ordered_json(*number) : nlohmann::ordered_json(nullptr);
}

Json parse_json(const std::string& text, const std::string& file) {
    if (text.find_first_not_of(" \t\r\n") == std::string::npos) {
        throw Error("'" + file + "' is empty: choose a JSON file that ClipScope wrote.");
    }
    try {
        return Json::parse(text);
    } catch (const Json::parse_error& error) {
        const auto end = text.begin() + std::ptrdiff_t(std::min(error.byte, text.size()));
        const auto line = std::count(text.begin(), end, '\n') + 1;
        throw Error("'" + file + "' is not valid JSON (line " + std::to_string(line) + "): it is damaged or cut short, write it again.");
    } catch (const Json::exception&) {
        throw Error("'" + file + "' is not valid JSON: it holds a number beyond what a computer can hold.");
    }
}

JsonFields::JsonFields(const Json& object, std::string file, std::string place, std::string advice)
    : object_(object), file_(std::move(file)), place_(std::move(place)), advice_(std::move(advice)) {
    if (!object.is_object()) fail("an object is expected here");
}

void JsonFields::fail(const std::string& what) const {
    throw Error("'" + file_ + "'" + (place_.empty() ? "" : ", " + place_) + ": " + what + "; " + advice_ + ".");
}

bool JsonFields::has(const char* name) const {
    return object_.contains(name) && !object_.at(name).is_null();
}

const Json& JsonFields::get(const char* name) const {
    const auto found = object_.find(name);
    if (found == object_.end()) fail("'" + std::string(name) + "' is missing");
    return *found;
}

const Json& JsonFields::array(const char* name) const {
    const Json& value = get(name);
    if (!value.is_array()) fail("'" + std::string(name) + "' is not a list");
    return value;
}

JsonFields JsonFields::object(const char* name) const {
    return {get(name), file_, place_.empty() ? name : place_ + ", " + name, advice_};
}

std::vector<std::string> JsonFields::names() const {
    std::vector<std::string> names;
    for (const auto& field : object_.items()) names.push_back(field.key());
    return names;
}

std::string JsonFields::text(const char* name) const {
    const Json& value = get(name);
    if (!value.is_string()) fail("'" + std::string(name) + "' is not a text");
    return value.get<std::string>();
}

std::optional<double> JsonFields::optional_number(const char* name) const {
    return has(name) ? std::optional(number(name)) : std::nullopt;
}

double JsonFields::number(const char* name) const {
    const Json& value = get(name);
    if (!value.is_number()) fail("'" + std::string(name) + "' is not a number");
    return value.get<double>();
}

std::int64_t JsonFields::integer(const char* name, std::int64_t least, std::int64_t most) const {
    const Json& value = get(name);
    // The parser keeps what is not negative as unsigned, so a signed reading of it could wrap around.
    const bool fits = value.is_number_unsigned() ? value.get<std::uint64_t>() <= std::uint64_t(INT64_MAX) : value.is_number_integer();
    if (!fits || value.get<std::int64_t>() < least || value.get<std::int64_t>() > most) {
        fail("'" + std::string(name) + "' is not a whole number from " + std::to_string(least) + " to " + std::to_string(most));
    }
    return value.get<std::int64_t>();
}

std::uint64_t JsonFields::unsigned_integer(const char* name) const {
    const Json& value = get(name);
    if (!value.is_number_unsigned()) fail("'" + std::string(name) + "' is not a whole number of 0 or more");
    return value.get<std::uint64_t>();
}

}  // namespace clipscope
