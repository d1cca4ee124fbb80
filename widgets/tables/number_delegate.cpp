#include "tables/number_delegate.h"

#include <QApplication>

namespace clipscope {

namespace {

constexpr int space = 8;

}  // namespace

void NumberDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const {
    // The row's background over the whole cell, then the text in the narrower one.
    QStyleOptionViewItem background = option;
    initStyleOption(&background, index);
    background.text.clear();
    const QStyle* style = option.widget ? option.widget->style() : QApplication::style();
    style->drawControl(QStyle::CE_ItemViewItem, &background, painter, option.widget);
    QStyleOptionViewItem text = option;
    text.rect.adjust(0, 0, -space, 0);
    QStyledItemDelegate::paint(painter, text, index);
}

QSize NumberDelegate::sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const {
    return QStyledItemDelegate::sizeHint(option, index) + QSize(2 * space, 0);
}

}  // namespace clipscope
