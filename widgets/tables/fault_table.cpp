#include "tables/fault_table.h"

#include <QAbstractTableModel>
#include <QAction>
#include <QApplication>
#include <QClipboard>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QPushButton>
#include <QTreeView>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>

#include "common/csv_text.h"
#include "tables/empty_text.h"
#include "tables/number_delegate.h"
#include "tables/sorted_rows.h"
#include "tables/trial_picker.h"
#include "theme/theme.h"

namespace clipscope {

// A trial may have a hundred thousand bits, so rows are not items.
class FaultTableModel : public QAbstractTableModel {
public:
    using QAbstractTableModel::QAbstractTableModel;

    void set_view(const FaultView& view) {
        beginResetModel();
        view_ = view;
        numbers_.clear();
        for (const QStringList& row : view.rows)
            for (const int column : view.numbers) numbers_.push_back(value_of(row.at(column)));
        endResetModel();
    }
    const FaultView& view() const { return view_; }

    int rowCount(const QModelIndex& parent = {}) const override { return parent.isValid() ? 0 : int(view_.rows.size()); }
    int columnCount(const QModelIndex& parent = {}) const override { return parent.isValid() ? 0 : int(view_.columns.size()); }

    QVariant data(const QModelIndex& index, int role) const override {
        if (role == SortedRows::sort_role) {
            const auto place = std::ranges::find(view_.numbers, index.column()) - view_.numbers.begin();
            if (place == std::ssize(view_.numbers)) return {};
            return numbers_[std::size_t(index.row()) * view_.numbers.size() + std::size_t(place)];
        }
        if (role == Qt::DisplayRole || role == Qt::ToolTipRole) return view_.rows[std::size_t(index.row())].at(index.column());
        return role == Qt::TextAlignmentRole ? alignment(index.column()) : QVariant();
    }

    QVariant headerData(int section, Qt::Orientation orientation, int role) const override {
        if (orientation == Qt::Vertical || section >= view_.columns.size()) return {};
        if (role == Qt::DisplayRole) return view_.columns.at(section);
        return role == Qt::TextAlignmentRole ? alignment(section) : QVariant();
    }

private:
    // Numbers are in English notation here, whatever the locale: "1,204", "-6.8e+36", "nan".
    static double value_of(QString text) {
        bool is_number = false;
        const double value = QLocale::c().toDouble(text.remove(QLatin1Char(',')), &is_number);
        return is_number ? value : std::nan("");
    }

    bool is_number(int column) const { return std::ranges::find(view_.numbers, column) != view_.numbers.end(); }

    QVariant alignment(int column) const {
        return QVariant::fromValue((is_number(column) ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
    }

    FaultView view_;
    std::vector<double> numbers_;  // row by row, of the columns that hold numbers: reading them while sorting would take seconds
};

std::string to_csv(const FaultView& view) {
    const auto line = [](const QStringList& cells) {
        std::string text;
        for (const QString& cell : cells) {
            if (!text.empty()) text += ',';
            text += csv_field(cell.toStdString());
        }
        return text += '\n';
    };
    std::string text = line(view.columns);
    for (const QStringList& row : view.rows) text += line(row);
    return text;
}

FaultTable::FaultTable(QWidget* parent)
    : QWidget(parent), model_(new FaultTableModel(this)), picker_(new TrialPicker), headline_(new QLabel), view_(new QTreeView) {
    number_delegate_ = new NumberDelegate(this);
    headline_->setTextFormat(Qt::PlainText);
    headline_->setWordWrap(true);
    headline_->setContentsMargins(6, 4, 6, 4);
    headline_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    sorted_ = new SortedRows(*model_, *view_);
    new EmptyText(
        tr("The faulty bits of a trial come here: choose one above, or double-click a point in the accuracy plot. What a whole job "
           "injected: right button on it in the table of jobs."),
        *view_);
    view_->setRootIsDecorated(false);
    view_->setUniformRowHeights(true);
    view_->setAlternatingRowColors(true);
    view_->setSelectionMode(QAbstractItemView::ExtendedSelection);
    view_->setFrameShape(QFrame::NoFrame);
    view_->setFont(tabular(font()));
    view_->setAccessibleName(tr("Injected faults"));
    view_->setToolTip(tr("Bits are counted from 0, the least significant. Right button: copy, export."));
    view_->setContextMenuPolicy(Qt::ActionsContextMenu);
    add_actions();
    connect(view_, &QTreeView::activated, this, &FaultTable::ask_closely);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(picker_);
    layout->addWidget(headline_);
    layout->addWidget(trial_bar_ = build_trial_bar());
    layout->addWidget(view_, 1);
    setFocusProxy(view_);
    clear();
}

void FaultTable::add_actions() {
    const auto add = [this](const QString& text, const QString& tip) {
        auto* action = new QAction(text, this);
        action->setToolTip(tip);
        view_->addAction(action);
        return action;
    };
    QAction* copy_action = add(tr("&Copy"), tr("The selected rows, or all, for a spreadsheet"));
    copy_action->setShortcut(QKeySequence::Copy);
    copy_action->setShortcutContext(Qt::WidgetWithChildrenShortcut);
    connect(copy_action, &QAction::triggered, this, &FaultTable::copy);
    QAction* export_action = add(tr("&Export as CSV…"), tr("All rows as a comma-separated table"));
    connect(export_action, &QAction::triggered, this, &FaultTable::export_requested);
    QAction* closely =
        add(tr("Look at this &fault closely"), tr("This one alone: what it does to twelve images. A double click does it, too."));
    connect(closely, &QAction::triggered, this, [this] { ask_closely(view_->currentIndex()); });
    of_trials_ = {closely};
}

QWidget* FaultTable::build_trial_bar() {
    auto* bar = new QWidget;
    auto* row = new QHBoxLayout(bar);
    row->setContentsMargins(6, 0, 6, 4);
    auto* closely = new QPushButton(tr("Look at this closely"));
    closely->setToolTip(
        tr("All faults of this trial together, on twelve images: the answers, how far they spread from site to site, the feature maps"));
    auto* images = new QPushButton(tr("Images that changed…"));
    images->setToolTip(tr("Every image that gets another answer in this trial, and the confusion of the classes before and after"));
    row->addWidget(closely);
    row->addWidget(images);
    row->addStretch(1);
    connect(closely, &QPushButton::clicked, this, [this] { Q_EMIT closely_requested(-1); });
    connect(images, &QPushButton::clicked, this, &FaultTable::images_requested);
    return bar;
}

void FaultTable::ask_closely(const QModelIndex& row) {
    if (model_->view().is_trial && row.isValid()) Q_EMIT closely_requested(sorted_->mapToSource(row).row());
}

void FaultTable::clear() {
    set_view({});
}

void FaultTable::set_view(const FaultView& view) {
    headline_->setText(view.headline);
    headline_->setHidden(view.headline.isEmpty());
    trial_bar_->setVisible(view.is_trial);
    for (QAction* action : of_trials_) action->setVisible(view.is_trial);
    model_->set_view(view);
    for (int column = 0; column < view.columns.size(); ++column) {
        view_->setItemDelegateForColumn(column, std::ranges::find(view.numbers, column) == view.numbers.end() ? nullptr : number_delegate_);
        view_->resizeColumnToContents(column);
    }
    QHeaderView& header = *view_->header();
    for (int place = 0; place < view.columns.size(); ++place)
        header.moveSection(header.visualIndex(view.order.empty() ? place : view.order[std::size_t(place)]), place);
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
    const auto add = [&](const QModelIndex& index) {
        lines << view.rows[std::size_t(sorted_->mapToSource(index).row())].join(QLatin1Char('\t'));
    };
    std::ranges::for_each(selected, add);
    if (selected.isEmpty())
        for (int row = 0; row < sorted_->rowCount(); ++row) add(sorted_->index(row, 0));
    QApplication::clipboard()->setText(lines.join(QLatin1Char('\n')));
}

QSize FaultTable::sizeHint() const {
    return {420, 160};
}

}  // namespace clipscope
