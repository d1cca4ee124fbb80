// A page to paint on that is no picture: 72 dots an inch, so its unit is the point. Who derives from it has the engine that takes what is
// painted.
#pragma once

#include <QPaintDevice>
#include <QSizeF>

namespace clipscope {

class PageDevice : public QPaintDevice {
public:
    explicit PageDevice(const QSizeF& size) : size_(size) {}

protected:
    // Qt's own is inline: the program would offer a copy of it to its libraries.
    int devType() const override { return QInternal::UnknownDevice; }
    int metric(PaintDeviceMetric metric) const override;

private:
    QSizeF size_;
};

}  // namespace clipscope
