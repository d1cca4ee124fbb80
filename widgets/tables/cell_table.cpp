#include "tables/cell_table.h"

#include <QAction>
#include <QApplication>
#include <QClipboard>
#include <QHeaderView>
#include <QStandardItemModel>
#include <QTreeView>
#include <QVBoxLayout>
#include <algorithm>

#include "tables/empty_text.h"
#include "tables/number_delegate.h"
#include "tables/sorted_rows.h"
#include "theme/theme.h"

namespace clipscope {

CellTable::CellTable(const std::vector<TableColumn>& columns, const QString& name, const QString& tip, const QString& empty,
                     QWidget* parent)
    : QWidget(parent), columns_(columns), model_(new QStandardItemModel(this)), view_(new QTreeView), sorted_(nullptr) {
    sorted_ = new SortedRows(*model_, *view_);
    new EmptyText(empty, *view_);
    set_up_view(name, tip);
    add_actions();
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(view_);
    setFocusProxy(view_);
    connect(view_->selectionModel(), &QItemSelectionModel::currentRowChanged, this, [this](const QModelIndex& current) {
        if (!is_filling_ && current.isValid()) Q_EMIT row_selected(sorted_->mapToSource(current).row());
    });
}

void CellTable::set_up_view(const QString& name, const QString& tip) {
    view_->setRootIsDecorated(false);
    view_->setUniformRowHeights(true);
    view_->setAlternatingRowColors(true);
    view_->setSelectionMode(QAbstractItemView::ExtendedSelection);
    view_->setEditTriggers(QAbstractItemView::NoEditTriggers);
    view_->setFrameShape(QFrame::NoFrame);
    view_->setFont(tabular(font()));
    view_->setAccessibleName(name);
    view_->setToolTip(tip);
    view_->setContextMenuPolicy(Qt::ActionsContextMenu);
    view_->header()->setStretchLastSection(false);
    connect(view_->header(), &QHeaderView::sectionResized, this, [this](int column) {
        if (!is_filling_) sized_by_user_.insert(column);
    });
    QStringList names;
    for (const TableColumn& column : columns_) names << column.name;
    model_->setHorizontalHeaderLabels(names);
    for (int column = 0; column < int(columns_.size()); ++column) {
        const TableColumn& one = columns_[std::size_t(column)];
        model_->horizontalHeaderItem(column)->setToolTip(one.tip);
        const Qt::Alignment side = one.is_number ? Qt::AlignRight : Qt::AlignLeft;
        model_->horizontalHeaderItem(column)->setTextAlignment(side | Qt::AlignVCenter);
        if (one.is_number) view_->setItemDelegateForColumn(column, new NumberDelegate(this));
        is_filling_ = true;
        view_->resizeColumnToContents(column);  // its title, as long as there are no rows
        is_filling_ = false;
    }
}

void CellTable::add_actions() {
    auto* copy = new QAction(tr("&Copy"), this);
    copy->setToolTip(tr("The selected rows, or all, for a spreadsheet"));
    copy->setShortcut(QKeySequence::Copy);
    copy->setShortcutContext(Qt::WidgetWithChildrenShortcut);
    connect(copy, &QAction::triggered, this, [this] { QApplication::clipboard()->setText(copied_text()); });
    auto* to_file = new QAction(tr("&Export as CSV…"), this);
    to_file->setToolTip(tr("All rows as a comma-separated table"));
    connect(to_file, &QAction::triggered, this, &CellTable::export_requested);
    view_->addActions({copy, to_file});
}

void CellTable::set_rows(const std::vector<std::vector<TableCell>>& rows, const QStringList& tips) {
    const int selected = selected_row();
    const bool was_empty = model_->rowCount() == 0;
    is_filling_ = true;
    model_->setRowCount(int(rows.size()));
    for (int row = 0; row < int(rows.size()); ++row) {
        for (int column = 0; column < int(columns_.size()); ++column) {
            const TableCell& cell = rows[std::size_t(row)].at(std::size_t(column));
            QStandardItem* item = model_->item(row, column);
            if (item == nullptr) model_->setItem(row, column, item = new QStandardItem);
            const bool is_number = columns_[std::size_t(column)].is_number;
            item->setText(cell.text);
            item->setToolTip(row < tips.size() ? tips[row] : cell.text);
            item->setTextAlignment((is_number ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
            if (is_number) item->setData(cell.value, SortedRows::sort_role);
            QFont face = view_->font();
            face.setBold(cell.is_strong);
            item->setFont(face);
        }
    }
    for (int column = 0; !rows.empty() && column < int(columns_.size()); ++column) {
        // Longer numbers come as a job goes on; what the user made narrower stays so.
        const bool is_cut = static_cast<QAbstractItemView*>(view_)->sizeHintForColumn(column) > view_->columnWidth(column);
        if (was_empty || (is_cut && !sized_by_user_.contains(column))) view_->resizeColumnToContents(column);
    }
    is_filling_ = false;
    select_row(selected < int(rows.size()) ? selected : -1);
}

int CellTable::row_count() const {
    return model_->rowCount();
}

int CellTable::selected_row() const {
    const QModelIndexList rows = view_->selectionModel()->selectedRows();
    return rows.isEmpty() ? -1 : sorted_->mapToSource(rows.front()).row();
}

void CellTable::select_row(int row) {
    is_filling_ = true;
    if (row >= 0 && row < model_->rowCount())
        view_->setCurrentIndex(sorted_->mapFromSource(model_->index(row, 0)));
    else
        view_->selectionModel()->clear();
    is_filling_ = false;
}

QString CellTable::copied_text() const {
    QStringList lines;
    QStringList names;
    for (const TableColumn& column : columns_) names << column.name;
    lines << names.join(QLatin1Char('\t'));
    const QItemSelectionModel& selection = *view_->selectionModel();
    const bool has_selection = selection.selectedRows().size() > 1;
    for (int row = 0; row < sorted_->rowCount(); ++row) {
        if (has_selection && !selection.isRowSelected(row, {})) continue;
        QStringList cells;
        for (int column = 0; column < int(columns_.size()); ++column) cells << sorted_->index(row, column).data().toString();
        lines << cells.join(QLatin1Char('\t'));
    }
    return lines.join(QLatin1Char('\n'));
}

QSize CellTable::sizeHint() const {
    return {420, 180};
}

}  // namespace clipscope
