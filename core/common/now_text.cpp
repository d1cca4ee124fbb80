#include "common/now_text.h"

#include <array>
#include <ctime>

namespace clipscope {

std::string now_text() {
    const std::time_t now = std::time(nullptr);
    std::tm parts{};
    gmtime_r(&now, &parts);
    std::array<char, 32> text{};
    const std::size_t length = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts);  // digits alone: in any locale
    return {text.data(), length};
}

}  // namespace clipscope
