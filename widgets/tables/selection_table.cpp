#include "tables/selection_table.h"

#include <QEvent>
#include <QHeaderView>
#include <QItemSelectionModel>
#include <QTreeView>
#include <QVBoxLayout>

#include "theme/theme.h"

namespace clipscope {

SelectionTable::SelectionTable(QAbstractItemModel* model, const QString& accessible_name, QWidget* parent)
    : QWidget(parent), view_(new QTreeView) {
    view_->setModel(model);
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
    connect(view_->selectionModel(), &QItemSelectionModel::currentRowChanged, this, [this](const QModelIndex& current) {
        if (!selecting_ && current.isValid()) Q_EMIT name_selected(name_at(current.row()));
    });
    view_->viewport()->installEventFilter(this);
    connect(view_, &QTreeView::clicked, this, [this](const QModelIndex& index) {
        if (index.row() == row_before_press_) Q_EMIT name_selected(name_at(index.row()));
    });
}

bool SelectionTable::eventFilter(QObject* watched, QEvent* event) {
    if (event->type() == QEvent::MouseButtonPress) row_before_press_ = view_->currentIndex().row();
    return QWidget::eventFilter(watched, event);
}

QString SelectionTable::name_at(int row) const {
    return view_->model()->index(row, 0).data().toString();
}

QString SelectionTable::selected_name() const {
    const QModelIndex current = view_->currentIndex();
    return current.isValid() ? name_at(current.row()) : QString();
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
