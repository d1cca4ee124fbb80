#include "plots/trisection_item.h"

#include <QFontMetricsF>
#include <algorithm>

#include "plots/plot_marks.h"
#include "plots/plot_style.h"
#include "plots/search_style.h"

namespace clipscope {

namespace {

QFont bold(const QFont& font) {
    QFont changed = font;
    changed.setBold(true);
    return changed;
}

QString auc_text(double auc) {
    return QString::number(auc, 'f', 3);
}

}  // namespace

TrisectionItem::TrisectionItem(QCustomPlot& plot, const Theme& theme, const TrisectionRow& row, const TrisectionRow* next)
    : QCPAbstractItem(&plot), theme_(theme), row_(row) {
    row_.grid = nullptr;  // lies in a view that may be gone when the plot is drawn
    if (next) next_interval_ = std::pair(next->low, next->high);
    setSelectable(false);
    setAntialiased(true);
}

double TrisectionItem::selectTest(const QPointF&, bool, QVariant*) const {
    return -1;
}

double TrisectionItem::x_of(float threshold) const {
    return mParentPlot->xAxis->coordToPixel(double(threshold));
}

QColor TrisectionItem::color() const {
    const QColor color = grid_style(row_.number, theme_).color;
    return row_.is_current ? color : faded(color, theme_, theme_.dark ? 0.65 : 0.6);
}

TrisectionItem::Geometry TrisectionItem::geometry() const {
    Geometry geometry;
    const QCPAxis& y = *mParentPlot->yAxis;
    geometry.axes = QRectF(mParentPlot->axisRect()->rect());
    const double top = y.coordToPixel(-row_.number + 0.5);
    geometry.slot = y.coordToPixel(-row_.number - 0.5) - top;
    geometry.text_height = label_height(theme_);
    // The band takes the lower part of the row, the labels stand above it.
    const double half = 0.5 * std::clamp(0.34 * geometry.slot, 3.0, 1.2 * geometry.text_height);
    const double middle = y.coordToPixel(-row_.number - band_middle);
    geometry.band = QRectF(QPointF(x_of(row_.low), middle - half), QPointF(x_of(row_.high), middle + half));
    return geometry;
}

void TrisectionItem::draw(QCPPainter* painter) {
    const Geometry shape = geometry();
    if (shape.band.bottom() < shape.axes.top() + 1 || shape.band.bottom() > shape.axes.bottom() + 1) return;
    draw_funnel(*painter, shape);
    draw_band(*painter, shape);
    draw_labels(*painter, shape);
    draw_boundaries(*painter, shape);
}

// What was kept narrows into the interval of the next row.
void TrisectionItem::draw_funnel(QCPPainter& painter, const Geometry& geometry) const {
    if (!row_.kept || !next_interval_) return;
    const double top = geometry.band.bottom();
    const double bottom = std::min(geometry.band.top() + geometry.slot, geometry.axes.bottom());
    if (bottom <= top) return;
    const QPolygonF funnel({QPointF(x_of(row_.kept->first), top), QPointF(x_of(row_.kept->second), top),
                            QPointF(x_of(next_interval_->second), bottom), QPointF(x_of(next_interval_->first), bottom)});
    painter.setPen(Qt::NoPen);
    QColor fill = color();
    fill.setAlphaF(0.1F);  // the grid and the chosen threshold's line shine through
    painter.setBrush(fill);
    painter.drawPolygon(funnel.intersected(QPolygonF(geometry.axes)));
}

void TrisectionItem::draw_band(QCPPainter& painter, const Geometry& geometry) const {
    const QRectF band = geometry.band.intersected(geometry.axes);
    const double hairline = theme_.paper ? theme_.line_width : 1;
    painter.setPen(Qt::NoPen);
    painter.setBrush(faded(theme_.muted, theme_, 0.16));
    painter.drawRect(band);
    if (row_.kept) {
        QRectF kept = geometry.band;
        kept.setLeft(x_of(row_.kept->first));
        kept.setRight(x_of(row_.kept->second));
        painter.setBrush(faded(color(), theme_, row_.is_current ? 0.55 : 0.4));
        painter.drawRect(kept.intersected(geometry.axes));
    }
    painter.setBrush(Qt::NoBrush);
    painter.setPen(QPen(row_.kept ? color() : theme_.muted, hairline, row_.kept ? Qt::SolidLine : Qt::DashLine));
    painter.drawRect(band);
}

void TrisectionItem::draw_boundaries(QCPPainter& painter, const Geometry& geometry) const {
    const SeriesStyle style = grid_style(row_.number, theme_);
    for (const TrisectionBoundary& boundary : row_.boundaries) {
        const double x = x_of(boundary.threshold);
        if (x < geometry.axes.left() - 0.5 || x > geometry.axes.right() + 0.5) continue;
        painter.setPen(QPen(color(), theme_.paper ? theme_.line_width : 1));
        painter.drawLine(QLineF(x, geometry.band.top(), x, geometry.band.bottom()));
        SeriesStyle marker = style;
        marker.filled = boundary.is_new;
        const double size = std::min(theme_.marker_size, 0.8 * geometry.band.height()) * (boundary.is_best ? 1.35 : 1);
        const QCPScatterStyle shape = scatter_style(marker, boundary.is_best ? theme_.text : color(), theme_, size);
        shape.applyTo(&painter, QPen());
        shape.drawShape(&painter, x, geometry.band.center().y());
    }
}

void TrisectionItem::draw_labels(QCPPainter& painter, const Geometry& geometry) const {
    const double top = mParentPlot->yAxis->coordToPixel(-row_.number + 0.48);
    const double room = geometry.band.top() - top;
    // Where rows are too low for labels, the best one's alone is worth the overlap with the row above.
    const bool is_tight = room < 0.95 * geometry.text_height;
    std::vector<const TrisectionBoundary*> shown;
    std::vector<double> centres;
    std::vector<double> widths;
    for (const TrisectionBoundary& boundary : row_.boundaries) {
        const double x = x_of(boundary.threshold);
        if (x < geometry.axes.left() - 0.5 || x > geometry.axes.right() + 0.5 || (is_tight && !boundary.is_best)) continue;
        const QFont font = boundary.is_best ? bold(theme_.number_font) : theme_.number_font;
        shown.push_back(&boundary);
        centres.push_back(x);
        widths.push_back(QFontMetricsF(font).horizontalAdvance(auc_text(boundary.auc)));
    }
    const double gap = 0.5 * geometry.text_height;
    const std::vector<double> lefts = spread(centres, widths, gap, geometry.axes.left() + 1, geometry.axes.right() - 1);
    const double label_bottom =
        std::min(geometry.band.top() - 1, std::max(top, geometry.band.top() - 2.2 * geometry.text_height) + geometry.text_height);
    if (label_bottom - geometry.text_height < geometry.axes.top() - 1) return;
    for (std::size_t i = 0; i < shown.size(); ++i) {
        const double centre = lefts[i] + 0.5 * widths[i];
        painter.setPen(QPen(faded(color(), theme_, 0.7), theme_.paper ? 0.7 * theme_.line_width : 1));
        painter.drawLine(QLineF(centre, label_bottom, centres[i], geometry.band.top()));
        painter.setFont(shown[i]->is_best ? bold(theme_.number_font) : theme_.number_font);
        painter.setPen(QPen(shown[i]->is_best || row_.is_current ? theme_.text : theme_.muted));
        painter.drawText(QRectF(lefts[i] - 2, label_bottom - geometry.text_height, widths[i] + 4, geometry.text_height),
                         Qt::AlignCenter | Qt::TextDontClip, auc_text(shown[i]->auc));
    }
}

std::vector<double> TrisectionItem::spread(const std::vector<double>& centres, const std::vector<double>& widths, double gap, double low,
                                           double high) {
    const std::size_t n = centres.size();
    std::vector<double> pushed_right(n);
    std::vector<double> pushed_left(n);
    for (std::size_t i = 0; i < n; ++i) {
        pushed_right[i] = centres[i] - 0.5 * widths[i];
        if (i > 0) pushed_right[i] = std::max(pushed_right[i], pushed_right[i - 1] + widths[i - 1] + gap);
    }
    for (std::size_t i = n; i-- > 0;) {
        pushed_left[i] = centres[i] - 0.5 * widths[i];
        if (i + 1 < n) pushed_left[i] = std::min(pushed_left[i], pushed_left[i + 1] - widths[i] - gap);
    }
    // Both keep the distances, so does their mean, and it has the labels centred around what they belong to.
    std::vector<double> lefts(n);
    for (std::size_t i = 0; i < n; ++i) lefts[i] = 0.5 * (pushed_right[i] + pushed_left[i]);
    double limit = high;
    for (std::size_t i = n; i-- > 0;) {
        lefts[i] = std::min(lefts[i], limit - widths[i]);
        limit = lefts[i] - gap;
    }
    limit = low;
    for (std::size_t i = 0; i < n; ++i) {
        lefts[i] = std::max(lefts[i], limit);
        limit = lefts[i] + widths[i] + gap;
    }
    return lefts;
}

}  // namespace clipscope
