#include "report/report_numbers.h"

#include "common/number_text.h"

namespace clipscope {

std::string percent_text(double fraction) {
    return fixed_text(fraction * 100, 2);
}

std::string interval_text(const Interval& interval, double unit, int decimals) {
    return fixed_text(interval.low * unit, decimals) + "…" + fixed_text(interval.high * unit, decimals);
}

std::string optional_text(const std::optional<double>& number, int decimals) {
    return number ? fixed_text(*number, decimals) : no_number;
}

}  // namespace clipscope
