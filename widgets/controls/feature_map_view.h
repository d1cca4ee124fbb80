// A feature map without a fault and with it, side by side in the same colours, above the scale that they share. GUI thread.
#pragma once

#include <QImage>
#include <QWidget>

#include "controls/value_raster.h"
#include "evaluation/fault_effects.h"

namespace clipscope {

// What the colours go from and to.
enum class MapScale {
    both,   // the least and the greatest finite value of the two maps
    clean,  // of the map without the fault; what lies beyond has the end colours
};

class FeatureMapView : public QWidget {
    Q_OBJECT
public:
    explicit FeatureMapView(QWidget* parent = nullptr);

    void set_map(const FeatureMap& map, MapScale scale);
    void set_message(const QString& text);  // in place of the maps
    const QString& message() const { return message_; }

    const ValueScale& scale() const { return scale_; }
    const QImage& clean() const { return clean_; }
    const QImage& faulty() const { return faulty_; }
    QString legend() const;  // the scale in words

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;
    bool event(QEvent* event) override;

private:
    QRect room(int map) const;  // 0: without the fault, 1: with it
    void draw_scale(QPainter& painter) const;
    QString tip_at(const QPoint& point) const;  // empty: nothing there

    FeatureMap map_;
    MapScale asked_ = MapScale::both;
    ValueScale scale_;
    QImage clean_, faulty_;
    QRect drawn_[2];
    QString message_;
};

}  // namespace clipscope
