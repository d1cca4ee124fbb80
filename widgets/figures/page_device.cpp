#include "figures/page_device.h"

#include <cmath>

namespace clipscope {

int PageDevice::metric(PaintDeviceMetric metric) const {
    constexpr int dpi = 72;
    switch (metric) {
        case PdmWidth:
            return int(std::ceil(size_.width()));
        case PdmHeight:
            return int(std::ceil(size_.height()));
        case PdmDpiX:
        case PdmDpiY:
        case PdmPhysicalDpiX:
        case PdmPhysicalDpiY:
            return dpi;
        case PdmDepth:
            return 32;
        case PdmDevicePixelRatio:
            return 1;
        default:
            return QPaintDevice::metric(metric);
    }
}

}  // namespace clipscope
