// Large letters for a test.
#pragma once

#include <QApplication>
#include <QFont>

namespace clipscope {

// The program's font so many times as large, as long as this lives.
class ScaledFont {
public:
    explicit ScaledFont(double scale) : before_(QApplication::font()) {
        QFont font = before_;
        font.setPointSizeF(font.pointSizeF() * scale);
        QApplication::setFont(font);
    }
    ~ScaledFont() { QApplication::setFont(before_); }
    ScaledFont(const ScaledFont&) = delete;
    ScaledFont& operator=(const ScaledFont&) = delete;

private:
    const QFont before_;
};

}  // namespace clipscope
