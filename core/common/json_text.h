// JSON files: the layout ClipScope writes, and reading with errors that name the file and the field.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

namespace clipscope {

// Objects and arrays of plain values each on one line, everything else indented; ends with a line feed. The same value gives the same
// bytes. Text that is not UTF-8 has its bad bytes replaced; non-finite numbers become null.
std::string json_text(const nlohmann::ordered_json& value);

// null for nothing.
nlohmann::ordered_json optional_number(const std::optional<double>& number);

// Throws Error with the line where the text is not JSON. `file` is named in errors.
nlohmann::ordered_json parse_json(const std::string& text, const std::string& file);

// Reads the fields of one JSON object, strictly: a missing field, a wrong type or a number out of range throws Error naming file, place and
// field. The object must outlive it.
class JsonFields {
public:
    // `place` is where in the file the object lies, "curve 3"; empty for the whole file. `advice` ends the sentences of errors. Throws
    // Error if it is no object.
    JsonFields(const nlohmann::ordered_json& object, std::string file, std::string place = {},
               std::string advice = "choose a file that ClipScope wrote, unchanged");

    const nlohmann::ordered_json& get(const char* name) const;
    bool has(const char* name) const;  // there, and not null
    const nlohmann::ordered_json& array(const char* name) const;
    JsonFields object(const char* name) const;
    std::vector<std::string> names() const;  // of all fields
    std::string text(const char* name) const;
    double number(const char* name) const;
    std::optional<double> optional_number(const char* name) const;  // nothing where it is null or not there
    std::int64_t integer(const char* name, std::int64_t least, std::int64_t most) const;
    std::uint64_t unsigned_integer(const char* name) const;

    const std::string& file() const { return file_; }

    // "'r.json', curve 3: WHAT; ADVICE."
    [[noreturn]] void fail(const std::string& what) const;

private:
    const nlohmann::ordered_json& object_;
    std::string file_;
    std::string place_;
    std::string advice_;
};

}  // namespace clipscope
