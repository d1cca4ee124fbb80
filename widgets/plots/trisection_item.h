// Draws one row of a trisection: band, part kept, boundaries, AUCs. An item of its own because its labels must make room for one another in
// pixels, whatever the axis shows. Nothing is drawn outside the axis rectangle: SVG does not clip.
#pragma once

#include <qcustomplot.h>

#include "plots/trisection_view.h"

namespace clipscope {

class TrisectionItem : public QCPAbstractItem {
    Q_OBJECT
public:
    // `next`: the row below, for the funnel that leads to it; null: none.
    TrisectionItem(QCustomPlot& plot, const Theme& theme, const TrisectionRow& row, const TrisectionRow* next);

    // Where the band's middle lies below that of the row, in rows.
    static constexpr double band_middle = 0.27;

    const TrisectionRow& row() const { return row_; }

    // Left edges of labels of these widths around these centres, ascending, so that they do not overlap and stay within [low, high] as long
    // as there is room.
    static std::vector<double> spread(const std::vector<double>& centres, const std::vector<double>& widths, double gap, double low,
                                      double high);

    double selectTest(const QPointF& position, bool only_selectable, QVariant* details) const override;

protected:
    void draw(QCPPainter* painter) override;

private:
    struct Geometry {
        QRectF axes;
        QRectF band;  // the interval
        double slot = 0;
        double text_height = 0;
    };
    Geometry geometry() const;
    double x_of(float threshold) const;
    void draw_funnel(QCPPainter& painter, const Geometry& geometry) const;
    void draw_band(QCPPainter& painter, const Geometry& geometry) const;
    void draw_boundaries(QCPPainter& painter, const Geometry& geometry) const;
    void draw_labels(QCPPainter& painter, const Geometry& geometry) const;
    QColor color() const;

    Theme theme_;
    TrisectionRow row_;
    std::optional<std::pair<float, float>> next_interval_;
};

}  // namespace clipscope
