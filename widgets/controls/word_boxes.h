// The stored word of a number as boxes, the most significant bit first, in the colours of their fields. A click, or Space on the box that
// the arrow keys have reached, asks for the bit to be flipped; flipped ones are framed. GUI thread.
#pragma once

#include <QWidget>
#include <cstdint>

#include "network/number_format.h"

namespace clipscope {

class WordBoxes : public QWidget {
    Q_OBJECT
public:
    explicit WordBoxes(QWidget* parent = nullptr);

    // `flipped`: bits that differ from `clean`; those outside of `allowed` cannot be asked for.
    void set_word(const NumberFormat& format, std::uint32_t clean, std::uint32_t flipped, std::uint32_t allowed);
    std::uint32_t flipped() const { return flipped_; }
    QRect box(int bit) const;  // 0: the least significant, at the right

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

Q_SIGNALS:
    void bit_asked(int bit);

protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    bool event(QEvent* event) override;

private:
    int bit_at(const QPoint& point) const;  // -1: none
    QString describe(int bit) const;
    void ask(int bit);

    NumberFormat format_;
    std::uint32_t clean_ = 0;
    std::uint32_t flipped_ = 0;
    std::uint32_t allowed_ = 0;
    int current_ = 31;  // that the keys have reached
};

}  // namespace clipscope
