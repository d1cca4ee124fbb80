// Draws a cell as tiny bars, one per value in 0...1; a value that is not there yet is a dot on the base line.
#pragma once

#include <QRectF>
#include <QStyledItemDelegate>
#include <vector>

namespace clipscope {

class SparkDelegate : public QStyledItemDelegate {
    Q_OBJECT
public:
    // The model's role that holds the values, a QVariantList.
    explicit SparkDelegate(int role, QObject* parent = nullptr);

    // Where the bars go within a cell; an empty rectangle stands for a missing (NaN) value.
    static std::vector<QRectF> bar_rectangles(const QRectF& cell, const std::vector<double>& values);

    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override;
    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;

private:
    int role_;
};

}  // namespace clipscope
