#include "tables/fault_table.h"

#include <QAbstractTableModel>
#include <QAction>
#include <QApplication>
#include <QClipboard>
#include <QLabel>
#include <QTreeView>
#include <QVBoxLayout>

#include "common/csv_text.h"
#include "tables/number_delegate.h"
#include "theme/theme.h"

namespace clipscope {

// A trial may have a hundred thousand bits, so rows are not items.
class FaultTableModel : public QAbstractTableModel {
public:
    using QAbstractTableModel::QAbstractTableModel;

    void set_view(const FaultView& view) {
        beginResetModel();
        view_ = view;
        endResetModel();
    }
    const FaultView& view() const { return view_; }

    int rowCount(const QModelIndex& parent = {}) const override { return parent.isValid() ? 0 : int(view_.rows.size()); }
    int columnCount(const QModelIndex& parent = {}) const override { return parent.isValid() ? 0 : int(view_.columns.size()); }

    QVariant data(const QModelIndex& index, int role) const override {
        if (role == Qt::DisplayRole || role == Qt::ToolTipRole) return view_.rows[std::size_t(index.row())].at(index.column());
        return role == Qt::TextAlignmentRole ? alignment(index.column()) : QVariant();
    }

    QVariant headerData(int section, Qt::Orientation orientation, int role) const override {
        if (orientation == Qt::Vertical || section >= view_.columns.size()) return {};
        if (role == Qt::DisplayRole) return view_.columns.at(section);
        return role == Qt::TextAlignmentRole ? alignment(section) : QVariant();
    }

private:
    QVariant alignment(int column) const {
        return QVariant::fromValue((column < view_.first_number ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter);
    }

    FaultView view_;
};

std::string to_csv(const FaultView& view) {
    const auto line = [](const QStringList& cells) {
        std::string text;
        for (const QString& cell : cells) text += (text.empty() ? "" : ",") + csv_field(cell.toStdString());
        return text + "\n";
    };
    std::string text = line(view.columns);
    for (const QStringList& row : view.rows) text += line(row);
    return text;
}

FaultTable::FaultTable(QWidget* parent) : QWidget(parent), model_(new FaultTableModel(this)), headline_(new QLabel), view_(new QTreeView) {
    headline_->setTextFormat(Qt::PlainText);
    headline_->setWordWrap(true);
    headline_->setContentsMargins(6, 4, 6, 4);
    headline_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    view_->setModel(model_);
    view_->setRootIsDecorated(false);
    view_->setUniformRowHeights(true);
    view_->setAlternatingRowColors(true);
    view_->setSelectionMode(QAbstractItemView::ExtendedSelection);
    view_->setFrameShape(QFrame::NoFrame);
    view_->setFont(tabular(font()));
    view_->setAccessibleName(tr("Injected faults"));
    view_->setToolTip(tr("Bits are counted from 0, the least significant. Right button: copy, export."));
    view_->setContextMenuPolicy(Qt::ActionsContextMenu);
    auto* copy_action = new QAction(tr("&Copy"), this);
    copy_action->setToolTip(tr("The selected rows, or all, for a spreadsheet"));
    copy_action->setShortcut(QKeySequence::Copy);
    copy_action->setShortcutContext(Qt::WidgetWithChildrenShortcut);
    connect(copy_action, &QAction::triggered, this, &FaultTable::copy);
    auto* export_action = new QAction(tr("&Export as CSV…"), this);
    export_action->setToolTip(tr("All rows as a comma-separated table"));
    connect(export_action, &QAction::triggered, this, &FaultTable::export_requested);
    view_->addActions({copy_action, export_action});
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(headline_);
    layout->addWidget(view_, 1);
    setFocusProxy(view_);
    clear();
}

void FaultTable::clear() {
    set_view({tr("Right button on a job in the table of jobs: Injected faults, or Faulty bits of a trial."), {}, 0, {}});
}

void FaultTable::set_view(const FaultView& view) {
    headline_->setText(view.headline);
    model_->set_view(view);
    for (int column = 0; column < view.columns.size(); ++column) {
        view_->setItemDelegateForColumn(column, column < view.first_number ? nullptr : new NumberDelegate(this));
        view_->resizeColumnToContents(column);
    }
}

const FaultView& FaultTable::fault_view() const {
    return model_->view();
}

QString FaultTable::headline() const {
    return headline_->text();
}

void FaultTable::copy() const {
    const QModelIndexList selected = view_->selectionModel()->selectedRows();
    const FaultView& view = model_->view();
    QStringList lines{view.columns.join(QLatin1Char('\t'))};
    for (const QModelIndex& index : selected) lines << view.rows[std::size_t(index.row())].join(QLatin1Char('\t'));
    if (selected.isEmpty())
        for (const QStringList& row : view.rows) lines << row.join(QLatin1Char('\t'));
    QApplication::clipboard()->setText(lines.join(QLatin1Char('\n')));
}

QSize FaultTable::sizeHint() const {
    return {420, 160};
}

}  // namespace clipscope
