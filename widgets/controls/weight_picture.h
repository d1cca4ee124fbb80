// Where a stored number sits: the kernel slice or the row of weights around it in colours, the number framed. GUI thread.
#pragma once

#include <QImage>
#include <QWidget>

#include "controls/value_raster.h"
#include "evaluation/stored_slice.h"

namespace clipscope {

class WeightPicture : public QWidget {
    Q_OBJECT
public:
    explicit WeightPicture(QWidget* parent = nullptr);

    void set_slice(const StoredSlice& slice);
    void clear();
    const QImage& picture() const { return picture_; }
    QPoint marked() const;  // the number's pixel in the picture

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override { return sizeHint(); }

protected:
    void paintEvent(QPaintEvent* event) override;
    bool event(QEvent* event) override;

private:
    StoredSlice slice_;
    QImage picture_;
    ValueScale scale_;
    QRect drawn_;
};

}  // namespace clipscope
