#include "tables/selection_table.h"

#include <QEvent>
#include <QHeaderView>
#include <QItemSelectionModel>
#include <QTreeView>
#include <QVBoxLayout>

#include "tables/empty_text.h"
#include "tables/sorted_rows.h"
#include "theme/theme.h"

namespace clipscope {

SelectionTable::SelectionTable(QAbstractItemModel* model, const QString& accessible_name, const QString& empty, QWidget* parent)
    : QWidget(parent), view_(new QTreeView) {
    new SortedRows(*model, *view_);
    new EmptyText(empty, *view_);
    view_->setRootIsDecorated(false);
    view_->setUniformRowHeights(true);
    view_->setAlternatingRowColors(true);
    view_->setSelectionMode(QAbstractItemView::SingleSelection);
    view_->setFrameShape(QFrame::NoFrame);
    view_->setFont(tabular(font()));
    view_->setAccessibleName(accessible_name);
    view_->header()->setStretchLastSection(true);
    view_->header()->setSectionsMovable(true);
    view_->header()->setHighlightSections(false);
    view_->header()->setMinimumSectionSize(48);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(view_);
    setFocusProxy(view_);
    // Not the current row: the view makes its first one current when it gets the focus, which nobody chose.
    connect(view_->selectionModel(), &QItemSelectionModel::selectionChanged, this, [this] {
        if (!selecting_ && selected_row() >= 0) Q_EMIT name_selected(selected_name());
    });
    view_->viewport()->installEventFilter(this);
    connect(view_, &QTreeView::clicked, this, [this](const QModelIndex& index) {
        if (index.row() == row_before_press_) Q_EMIT name_selected(name_at(index.row()));
    });
}

bool SelectionTable::eventFilter(QObject* watched, QEvent* event) {
    if (event->type() == QEvent::MouseButtonPress) row_before_press_ = selected_row();
    return QWidget::eventFilter(watched, event);
}

int SelectionTable::selected_row() const {
    const QModelIndexList rows = view_->selectionModel()->selectedRows();
    return rows.isEmpty() ? -1 : rows.first().row();
}

QString SelectionTable::name_at(int row) const {
    return view_->model()->index(row, 0).data().toString();
}

QString SelectionTable::selected_name() const {
    return selected_row() < 0 ? QString() : name_at(selected_row());
}

void SelectionTable::select_name(const QString& name) {
    selecting_ = true;
    int row = 0;
    while (row < view_->model()->rowCount() && name_at(row) != name) ++row;
    if (name.isEmpty() || row == view_->model()->rowCount()) {
        view_->selectionModel()->clear();
    } else {
        const QModelIndex index = view_->model()->index(row, 0);
        view_->setCurrentIndex(index);
        view_->scrollTo(index);
    }
    selecting_ = false;
}

QSize SelectionTable::sizeHint() const {
    return {320, 320};
}

}  // namespace clipscope
