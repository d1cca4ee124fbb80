// Numbers as the window shows them: "1,204", "0:41". Always in English notation, as the program's texts and files are.
#pragma once

#include <QString>
#include <cstdint>

namespace clipscope {

QString grouped(std::int64_t number);                     // "2,869,962"
QString grouped(double number, int decimals);             // "1,204.5"
QString percent_text(double fraction, int decimals = 2);  // "71.60 %"
QString duration_text(double seconds);                    // "0:41", "1:02:03"

}  // namespace clipscope
