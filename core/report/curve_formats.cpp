#include "report/curve_formats.h"

#include <algorithm>

#include "common/text_list.h"

namespace clipscope {

std::vector<NumberFormat> formats_of(const AccuracyCurves& curves) {
    std::vector<NumberFormat> formats;
    for (const AccuracyCurve& curve : curves.curves) {
        const NumberFormat format = format_of(curve.info, curves.info);
        if (std::ranges::count(formats, format) == 0) formats.push_back(format);
    }
    if (formats.empty()) formats.push_back(curves.info.memory.format);
    return formats;
}

std::string formats_text(const std::vector<NumberFormat>& formats) {
    std::vector<std::string> names;
    for (const NumberFormat& format : formats) names.push_back(format.to_string());
    return joined(names);
}

}  // namespace clipscope
