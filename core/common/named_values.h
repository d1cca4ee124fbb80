// Enumerations and their names, from one list. An enumeration whose values count from 0 without a gap has a function
//
//     const char* name_of(Kind kind) {
//         switch (kind) {  // no default: the compiler (-Werror=switch) finds a value that is missing
//             case Kind::one: return "one";
//             case Kind::other: return "other";
//         }
//         return nullptr;  // no such value
//     }
//
// and nothing else lists its values: a new one is known everywhere.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace clipscope {

template <class Enum>
using NameOf = const char* (*)(Enum);

template <class Enum>
std::vector<Enum> all_values(NameOf<Enum> name_of) {
    std::vector<Enum> values;
    for (int i = 0; name_of(Enum(i)) != nullptr; ++i) values.push_back(Enum(i));
    return values;
}

template <class Enum>
std::optional<Enum> value_named(std::string_view name, NameOf<Enum> name_of) {
    for (const Enum value : all_values(name_of))
        if (name == name_of(value)) return value;
    return std::nullopt;
}

// "flip, stuck0 or stuck1".
template <class Enum>
std::string names_of_all(NameOf<Enum> name_of) {
    std::string text;
    const std::vector<Enum> values = all_values(name_of);
    for (std::size_t i = 0; i < values.size(); ++i)
        text += (i == 0 ? "" : i + 1 < values.size() ? ", " : " or ") + std::string(name_of(values[i]));
    return text;
}

}  // namespace clipscope
