#include "tables/spark_delegate.h"

#include <QApplication>
#include <QPainter>
#include <algorithm>
#include <cmath>

#include "theme/theme.h"

namespace clipscope {

namespace {

constexpr double widest_bar = 12;
constexpr double gap = 2;

double bar_step(const QRectF& cell, std::size_t count) {
    return std::min(widest_bar + gap, cell.width() / double(std::max<std::size_t>(count, 1)));
}

}  // namespace

SparkDelegate::SparkDelegate(int role, QObject* parent) : QStyledItemDelegate(parent), role_(role) {}

std::vector<QRectF> SparkDelegate::bar_rectangles(const QRectF& cell, const std::vector<double>& values) {
    std::vector<QRectF> bars(values.size());
    const double step = bar_step(cell, values.size());
    const double width = std::max(1.0, step - gap);
    for (std::size_t i = 0; i < values.size(); ++i) {
        if (std::isnan(values[i])) continue;
        // Nought is a line, not nothing: there is a result.
        const double height = std::max(1.0, std::clamp(values[i], 0.0, 1.0) * cell.height());
        bars[i] = QRectF(cell.left() + double(i) * step, cell.bottom() - height, width, height);
    }
    return bars;
}

void SparkDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const {
    QStyleOptionViewItem background = option;
    initStyleOption(&background, index);
    background.text.clear();
    const QWidget* widget = option.widget;
    const QStyle* style = widget ? widget->style() : QApplication::style();
    style->drawControl(QStyle::CE_ItemViewItem, &background, painter, widget);

    const QVariantList list = index.data(role_).toList();
    if (list.isEmpty()) return;
    std::vector<double> values;
    for (const QVariant& value : list) values.push_back(value.toDouble());
    const Theme theme = Theme::screen(option.palette, option.font);
    const bool is_selected = option.state & QStyle::State_Selected;
    const QColor color = is_selected ? option.palette.color(QPalette::HighlightedText) : theme.accent;
    const QColor faint = is_selected ? color : theme.muted;
    const QRectF cell = QRectF(option.rect).adjusted(6, 4, -6, -4);
    const std::vector<QRectF> bars = bar_rectangles(cell, values);
    const double step = bar_step(cell, values.size());
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    painter->setPen(Qt::NoPen);
    for (std::size_t i = 0; i < bars.size(); ++i) {
        if (bars[i].isEmpty())
            painter->fillRect(QRectF(cell.left() + double(i) * step + std::max(0.0, (step - gap) / 2 - 1), cell.bottom() - 2, 2, 2), faint);
        else
            painter->fillRect(bars[i], color);
    }
    painter->restore();
}

QSize SparkDelegate::sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const {
    QSize size = QStyledItemDelegate::sizeHint(option, index);
    const int values = int(index.data(role_).toList().size());
    size.setWidth(std::max(size.width(), int(values * (8 + gap)) + 12));
    size.setHeight(std::max(size.height(), option.fontMetrics.height() + 8));
    return size;
}

}  // namespace clipscope
