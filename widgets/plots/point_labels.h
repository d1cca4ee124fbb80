// Names beside points, each where it covers no other name and no point, and where there is a choice no line: right of it,
// below, above, on the left; the others are left out. An item of its own because that depends on pixels, whatever the axes show. Nothing is
// drawn outside the axis rectangle.
#pragma once

#include <qcustomplot.h>

#include <vector>

#include "theme/theme.h"

namespace clipscope {

class PointLabels : public QCPAbstractItem {
    Q_OBJECT
public:
    struct Label {
        QString text;
        double x = 0;  // of the point, in axis units
        double y = 0;
        bool is_strong = false;
    };

    // The plot keeps it. `joined`: a line goes from point to point; `levels`: of horizontal lines. Both are better not crossed.
    PointLabels(QCustomPlot& plot, const Theme& theme, std::vector<Label> labels, bool joined, std::vector<double> levels);

    // Where labels of these sizes go; null where there is no room. All in pixels; as many points as sizes; `gap` between a point and its
    // name.
    static std::vector<QRectF> places(const std::vector<QPointF>& points, const std::vector<QSizeF>& sizes,
                                      const std::vector<QLineF>& lines, const QRectF& within, double gap);

    const std::vector<Label>& labels() const { return labels_; }
    double selectTest(const QPointF& position, bool only_selectable, QVariant* details) const override;

protected:
    void draw(QCPPainter* painter) override;

private:
    Theme theme_;
    std::vector<Label> labels_;
    bool joined_;
    std::vector<double> levels_;
};

}  // namespace clipscope
