#include "tables/sorted_rows.h"

#include <QHeaderView>
#include <QTreeView>
#include <cmath>

namespace clipscope {

namespace {

bool is_missing(const QVariant& value) {
    if (value.typeId() == QMetaType::Double) return std::isnan(value.toDouble());
    return !value.isValid() || value.toString().isEmpty();
}

QVariant sort_value(const QModelIndex& index) {
    const QVariant value = index.data(SortedRows::sort_role);
    return value.isValid() ? value : index.data(Qt::DisplayRole);
}

}  // namespace

SortedRows::SortedRows(QAbstractItemModel& model, QTreeView& view)
    : QSortFilterProxyModel(&view), collator_(QLocale(QLocale::English, QLocale::UnitedStates)) {
    collator_.setNumericMode(true);
    setSourceModel(&model);
    view.setModel(this);
    view.header()->setSortIndicatorClearable(true);
    view.header()->setSortIndicator(-1, Qt::AscendingOrder);
    view.header()->setSectionsClickable(true);
    view.setSortingEnabled(true);
}

bool SortedRows::lessThan(const QModelIndex& left, const QModelIndex& right) const {
    // The proxy turns the answer round where the order is descending; what has a place of its own must not turn with it.
    const bool ascending = sortOrder() == Qt::AscendingOrder;
    const bool left_fixed = left.siblingAtColumn(0).data(fixed_role).toBool();
    const bool right_fixed = right.siblingAtColumn(0).data(fixed_role).toBool();
    if (left_fixed && right_fixed) return (left.row() < right.row()) == ascending && left.row() != right.row();
    if (left_fixed || right_fixed) return left_fixed == ascending;
    const QVariant a = sort_value(left), b = sort_value(right);
    const bool a_missing = is_missing(a), b_missing = is_missing(b);
    if (a_missing && b_missing) return false;
    if (a_missing || b_missing) return b_missing == ascending;
    if (a.typeId() == QMetaType::Double && b.typeId() == QMetaType::Double) return a.toDouble() < b.toDouble();
    return collator_.compare(a.toString(), b.toString()) < 0;
}

}  // namespace clipscope
