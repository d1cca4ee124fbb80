#include "common/error.h"

namespace clipscope {

std::string short_text(const std::exception& error) {
    constexpr std::size_t longest = 400;
    const std::string text = error.what();
    if (dynamic_cast<const Error*>(&error) != nullptr) return text;
    std::string line = text.substr(0, text.find('\n'));
    if (line.size() <= longest) return line;
    std::size_t end = longest;
    while (end > 0 && (static_cast<unsigned char>(line[end]) & 0xC0) == 0x80) --end;  // not inside a character
    return line.substr(0, end) + "…";
}

std::string long_text(const std::exception& error) {
    const auto* of_library = dynamic_cast<const LibraryError*>(&error);
    return of_library == nullptr ? error.what() : std::string(error.what()) + "\n" + of_library->detail();
}

}  // namespace clipscope
