// Numbers as the window shows them: "1,204", "0:41". Always in English notation, as the program's texts and files are.
#pragma once

#include <QString>
#include <cstdint>

namespace clipscope {

QString grouped(std::int64_t number);                     // "2,869,962"
QString grouped(double number, int decimals);             // "1,204.5"
QString bytes_text(std::int64_t bytes);                   // "10 bytes", "1.21 MiB"
QString percent_text(double fraction, int decimals = 2);  // "71.60 %"
QString duration_text(double seconds);                    // "0:41", "1:02:03"
QString elapsed_text(double seconds);                     // of something that is over: "0.4 s", "7.2 s", "0:41"
QString price_text(double percent);                       // two decimals, in columns: "21.88", "0", of tiny ones "0.0031"
QString signed_number_text(double value, int decimals);   // "+18.20", "−3.14", "0.00"
// What a change by this fraction of what was there is: "+23.1 %", "−4.0 %"; from a doubling on a factor, "×179".
QString change_text(double fraction);

}  // namespace clipscope
