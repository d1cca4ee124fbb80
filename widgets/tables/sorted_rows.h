// Lets the user sort a table by a click on a column's header; a third click gives back the model's own order. Numbers are compared as
// numbers, names as people count ("CONV-2" before "CONV-10"), and what is not there yet comes last either way. GUI thread.
#pragma once

#include <QCollator>
#include <QSortFilterProxyModel>

class QTreeView;

namespace clipscope {

class SortedRows : public QSortFilterProxyModel {
    Q_OBJECT
public:
    enum Role {
        // What a cell is sorted by where its text is no number as it stands: a double, or a text.
        sort_role = Qt::UserRole + 100,
        // True in the first column of rows that stay where the model has them: on top, or in their own order.
        fixed_role
    };

    // Between this view and this model.
    SortedRows(QAbstractItemModel& model, QTreeView& view);

protected:
    bool lessThan(const QModelIndex& left, const QModelIndex& right) const override;

private:
    QCollator collator_;
};

}  // namespace clipscope
